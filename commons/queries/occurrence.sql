-- The reports of one occurrence in their latest versions, with who published them and where they lie in Kafka.
-- uses: latest
SELECT report_id, org, role, reporter, provenance, sharing,
    (is_copy = 0)::Bool AS independent,
    formatDateTime(fromUnixTimestamp64Micro(recorded, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS recorded_at,
    topic AS kafka_topic, p AS kafka_partition, o AS kafka_offset,
    map('version', toString(version), 'severity', severity, 'occurred', occurred_text, 'submitted', submitted_text,
        'place.state', state, 'place.city', city, 'class', class, 'stage', stage, 'items.driver', driver,
        'crash_with', crash_with, 'copy_of', is_copy ? multiIf(copy_report != '', copy_report, copy_entity) : '') AS fields,
    occurrence_id
FROM latest
WHERE occurrence_id = {occurrence_id:String}
ORDER BY filed_to, report_id, org
