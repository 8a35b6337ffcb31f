-- Occurrences and reports of each reporting entity; occurrences reported by several count once for each.
-- An entity stands under the id that its source gives it, else under its name as filed; spellings of one party are one.
-- uses: matching, occurrences_now
-- n, n_if_unknown: its occurrences at or above severity_from; n_reports and what follows: its own reports there.
WITH indexOf({ranks}, {severity_from:String}) AS floor
SELECT multiIf(operator_key = '', 'NOT_REPORTED', uniqExact(filed) = 1, any(filed), any(identified_as)) AS operator,
    any(identified_as) AS party, uniqExact(occurrence_id) AS occurrences, count() AS reports,
    uniqExactIf(occurrence_id, o_rank >= floor) AS n, uniqExactIf(occurrence_id, o_rank >= floor OR o_rank = 2) AS n_if_unknown,
    countIf(rank >= floor) AS n_reports, sumIf(is_copy, rank >= floor) AS declared_copies,
    minIf(month, month != '') AS first_month, maxIf(month, month != '') AS last_month,
    arraySort(groupUniqArrayIf(month, month != '')) AS months
FROM
(
    SELECT operator_key, filed, party AS identified_as, occurrence_id, rank, is_copy, severity, o_rank,
        o_rank >= indexOf({ranks}, {severity_from:String}) ? substring(occurred_text, 1, 7) : '' AS month
    FROM matching
    LEFT JOIN (SELECT occurrence_id AS o_id, rank AS o_rank FROM occurrences_now) AS o ON o_id = occurrence_id
)
WHERE {severity:String} = '' OR severity = {severity:String}
GROUP BY operator_key
ORDER BY lowerUTF8(operator)
