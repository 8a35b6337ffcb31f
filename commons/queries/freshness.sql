-- How current each edition of each source is.
-- uses: standing
SELECT source, edition,
    formatDateTime(fromUnixTimestamp64Micro(max(recorded), 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS last_recorded_at,
    minIf(substring(occurred_text, 1, 7), occurred_text != '') AS first_month,
    maxIf(substring(occurred_text, 1, 7), occurred_text != '') AS last_month,
    max(submitted_text) AS last_submitted,
    substring(toString(toDateTime64(max(filed_to) / 1000000, 0, 'UTC')), 1, 7) AS data_cut
FROM standing
GROUP BY source, edition
ORDER BY source, first_month
