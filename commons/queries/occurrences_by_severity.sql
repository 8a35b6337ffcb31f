-- Occurrences by the highest severity of physical harm in the latest versions of their reports.
-- uses: occurrences_now
SELECT severity, count() AS occurrences, sum(length(members)) AS reports
FROM occurrences_now
WHERE rank >= indexOf({ranks}, {severity_from:String})
GROUP BY severity
ORDER BY max(rank) DESC
