-- What is missing in the latest versions, and why, by publisher and reporter.
-- uses: matching
SELECT org, reporter, field, countIf(reason = '') AS values, countIf(reason = 'UNKNOWN') AS unknown,
    countIf(startsWith(reason, 'REDACTED') OR reason = 'ANONYMISED') AS redacted,
    countIf(reason = 'NOT_REPORTED') AS not_reported, countIf(reason IN ('NOT_APPLICABLE', 'NOT_YET_DETERMINED')) AS not_applicable
FROM
(
    SELECT org, reporter, known.field AS field, arrayFirst(m -> m.field = known.field, missing).reason AS reason
    FROM matching
    INNER JOIN (SELECT DISTINCT source, edition, arrayJoin(missing).field AS field FROM matching) AS known
        ON known.source = matching.source AND known.edition = matching.edition
)
GROUP BY org, reporter, field
ORDER BY org, reporter, field
