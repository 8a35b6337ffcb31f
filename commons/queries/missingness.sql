-- What is missing in the latest versions, and why, by publisher and reporter, for every type of event.
-- uses: matching, exposed, counted, transactions, certified
WITH
    told AS MATERIALIZED
    (
        SELECT 'OccurrenceReported' AS event_type, source, edition, org, reporter, missing FROM matching
        UNION ALL
        SELECT 'ExposureReported', source, edition, org, reporter, missing FROM exposed
        WHERE {source:String} = '' OR source = {source:String}
        UNION ALL
        SELECT 'NearMissCountReported', source, edition, org, reporter, missing FROM counted
        WHERE {source:String} = '' OR source = {source:String}
        UNION ALL
        SELECT 'ClaimTransacted', source, edition, org, '', missing FROM transactions
        UNION ALL
        SELECT 'CertificateChanged', source, edition, org, issuer, missing FROM certified
    )
SELECT org, reporter, field, countIf(reason = '') AS values, countIf(reason = 'UNKNOWN') AS unknown,
    countIf(startsWith(reason, 'REDACTED') OR reason = 'ANONYMISED') AS redacted,
    countIf(reason = 'NOT_REPORTED') AS not_reported,
    countIf(reason IN ('NOT_APPLICABLE', 'NOT_YET_DETERMINED')) AS not_applicable, event_type
FROM
(
    SELECT org, reporter, told.event_type AS event_type, known.field AS field,
        arrayFirst(m -> m.field = known.field, missing).reason AS reason
    FROM told
    INNER JOIN (SELECT DISTINCT event_type, source, edition, arrayJoin(missing).field AS field FROM told) AS known
        ON known.event_type = told.event_type AND known.source = told.source AND known.edition = told.edition
)
GROUP BY org, reporter, event_type, field
ORDER BY org, reporter, event_type, field
