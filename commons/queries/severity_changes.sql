-- Reports whose harm level differs between their first and their latest version.
-- uses: matching
SELECT report_id, first_severity, severity AS last_severity, first_submitted, submitted_text AS last_submitted,
    formatDateTime(fromUnixTimestamp64Micro(first_recorded, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS first_recorded_at,
    formatDateTime(fromUnixTimestamp64Micro(recorded, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS last_recorded_at,
    occurrence_id, reporter, org
FROM matching
WHERE first_severity != severity
ORDER BY report_id, org
