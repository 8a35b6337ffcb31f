-- Every version of one exposure, opened: envelope, coordinates and what the signed bytes say.
-- uses: seen, taken_back, section_changes
-- opens: value
SELECT r.org AS org, r.report_id AS report_id, version, r.source AS source, edition, operator, permit, period_text AS period, unit,
    r.value AS amount, lower, upper, basis, currency, driver_present, state, submitted_text AS submitted, r.role AS role, provenance,
    r.sharing AS sharing, audience, purposes, r.ce_id AS ce_id, key_id,
    r.topic AS kafka_topic, r.p AS kafka_partition, r.o AS kafka_offset,
    formatDateTime(fromUnixTimestamp64Micro(r.recorded, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS recorded_at,
    lower(hex(native_sha)) AS native_sha256, lower(hex(f_leaf)) AS leaf, base64Encode(assumeNotNull(e_value)) AS value,
    base64Encode(assumeNotNull(key)) AS key, header_names, arrayMap(x -> assumeNotNull(x), header_values) AS header_values,
    section_changes
FROM
(
    SELECT * FROM exposures_g{g} FINAL
    WHERE report_id = {report_id:String} AND ({org:String} = '' OR org = {org:String})
        AND recorded <= {as_of:Int64} AND filed_to <= {filed_by:Int64}
        AND o < {ends:Array(Int64)}[indexOf({places:Array(String)}, concat(topic, '/', toString(p)))]
        AND (topic, p, o) IN (SELECT topic, p, o FROM seen)
) AS r
LEFT JOIN taken_back ON t_org = r.org AND t_report = r.report_id
INNER JOIN
(
    SELECT topic AS f_topic, p AS f_p, o AS f_o, key_id, leaf AS f_leaf, topic_id AS f_topic_id, provenance, audience, purposes
    FROM facts_g{g} FINAL WHERE subject = {report_id:String}
) AS f ON f_topic = r.topic AND f_p = r.p AND f_o = r.o
INNER JOIN
(
    SELECT topic_id AS e_topic_id, partition AS e_p, offset AS e_o, value AS e_value, key, header_names, header_values FROM events FINAL
    WHERE (topic_id, partition, offset) IN (SELECT topic_id, p, o FROM facts_g{g} FINAL WHERE subject = {report_id:String})
) AS e ON e_topic_id = f_topic_id AND e_p = r.p AND e_o = r.o
LEFT JOIN section_changes AS c ON c_topic = r.topic AND c_p = r.p AND c_o = r.o
WHERE r.recorded > t_at
ORDER BY version DESC, r.recorded DESC
