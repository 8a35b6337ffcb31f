-- Occurrences by the highest severity of physical harm in the latest versions of their reports.
-- uses: occurrences_now
WITH indexOf({ranks}, {severity_from:String}) AS floor
SELECT severity, count() AS occurrences, sum(length(members)) AS reports, countIf(rank >= floor) AS n,
    countIf(rank >= floor OR rank = 2) AS n_if_unknown
FROM occurrences_now
GROUP BY severity
ORDER BY max(rank) DESC
