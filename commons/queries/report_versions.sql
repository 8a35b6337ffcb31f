-- Every version of every report of one occurrence, opened: envelope, coordinates and what the signed bytes say.
-- uses: standing, latest, section_changes
-- opens: value
SELECT s.report_id AS report_id, version, nil::Bool AS nil, severity, reporter, org, role, provenance, sharing, audience, purposes, source,
    edition, ce_id, key_id, submitted_text AS submitted,
    s.topic AS kafka_topic, s.p AS kafka_partition, s.o AS kafka_offset,
    formatDateTime(fromUnixTimestamp64Micro(s.recorded, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS recorded_at,
    lower(hex(native_sha)) AS native_sha256, lower(hex(f_leaf)) AS leaf, base64Encode(assumeNotNull(value)) AS value,
    base64Encode(assumeNotNull(key)) AS key, header_names, arrayMap(x -> assumeNotNull(x), header_values) AS header_values,
    section_changes
FROM standing AS s
INNER JOIN (SELECT topic AS f_topic, p AS f_p, o AS f_o, key_id, leaf AS f_leaf, topic_id AS f_topic_id FROM facts_g{g} FINAL) AS f
    ON f_topic = s.topic AND f_p = s.p AND f_o = s.o
INNER JOIN (SELECT topic_id AS e_topic_id, partition AS e_p, offset AS e_o, value, key, header_names, header_values
    FROM events FINAL) AS e
    ON e_topic_id = f_topic_id AND e_p = s.p AND e_o = s.o
LEFT JOIN section_changes AS c ON c_topic = s.topic AND c_p = s.p AND c_o = s.o
WHERE (s.org, s.report_id) IN (SELECT org, report_id FROM latest WHERE occurrence_id = {occurrence_id:String})
ORDER BY min(s.filed_to) OVER (PARTITION BY s.org, s.report_id), report_id, version, s.recorded
