-- Occurrences and reports of each reporting entity; occurrences reported by several count once for each.
-- uses: matching
SELECT reporter AS operator, uniqExact(occurrence_id) AS occurrences, count() AS reports, sum(is_copy) AS declared_copies,
    minIf(substring(occurred_text, 1, 7), occurred_text != '') AS first_month,
    maxIf(substring(occurred_text, 1, 7), occurred_text != '') AS last_month,
    arraySort(groupUniqArrayIf(substring(occurred_text, 1, 7), occurred_text != '')) AS months
FROM matching
WHERE rank >= indexOf({ranks}, {severity_from:String})
    AND ({severity:String} = '' OR severity = {severity:String})
GROUP BY operator
ORDER BY lowerUTF8(operator)
