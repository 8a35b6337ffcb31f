-- Claims by line, coverage and period, with what was paid, is outstanding and so incurred: paid, less recovered, and reserve.
-- basis occurred, notified or closed names the period. Where a claim states no reserve, what is incurred is not known.
-- severity_from: the worst harm on the claim. Money is exact as filed.
-- uses: dated
SELECT source, line, coverage, period, count() AS claims, sum(c.paid) AS paid, sum(c.outstanding) AS outstanding,
    if(countIf(c.outstanding IS NULL OR amounts_missing > 0) = 0, sum(c.paid) - sum(c.recovered) + sum(c.outstanding), NULL) AS incurred,
    currency, max(c.currency_assumed)::Bool AS currency_assumed, sum(c.expenses) AS expenses, sum(c.recovered) AS recovered,
    countIf(status = 'CLOSED') AS closed, countIf(c.outstanding IS NULL) AS without_reserve,
    (SELECT countIf(rank <= 2) FROM claimed WHERE indexOf({ranks}, {severity_from:String}) > 2) AS unknown_dropped,
    countIf(amounts_missing > 0) AS without_amount, countIf(status = '') AS without_status, arraySort(groupUniqArray(org)) AS orgs
FROM dated AS c
GROUP BY source, line, coverage, period, currency
ORDER BY source, line, coverage, period, currency
