-- Claims by line, coverage and period, with what was paid, is outstanding and so incurred: paid, less recovered, and reserve.
-- basis occurred, notified or closed names the period. Where a claim states no reserve, what is incurred is not known.
-- severity_from: the worst harm on the claim. Money is exact as filed.
-- uses: claimed
WITH indexOf({ranks}, {severity_from:String}) AS floor
SELECT source, line, coverage, period, count() AS claims, sum(c.paid) AS paid, sum(c.outstanding) AS outstanding,
    if(countIf(c.outstanding IS NULL OR amounts_missing > 0) = 0, sum(c.paid) - sum(c.recovered) + sum(c.outstanding), NULL) AS incurred,
    currency, max(c.currency_assumed)::Bool AS currency_assumed, sum(c.expenses) AS expenses, sum(c.recovered) AS recovered,
    countIf(status = 'CLOSED') AS closed, countIf(c.outstanding IS NULL) AS without_reserve,
    (SELECT countIf(rank <= 2) FROM claimed WHERE floor > 2) AS unknown_dropped
FROM
(
    SELECT *, multiIf({basis:String} = 'notified', notified, {basis:String} = 'closed', last_closed, occurred) AS at,
        multiIf({grain:String} = 'year', substring(at.1, 1, 4),
            {grain:String} = 'quarter' AND length(at.1) >= 7, concat(substring(at.1, 1, 4), '-Q',
                toString(intDiv(toUInt8OrZero(substring(at.1, 6, 2)) + 2, 3))),
            substring(at.1, 1, 7)) AS period
    FROM claimed
    WHERE rank >= floor AND ({basis:String} != 'closed' OR status = 'CLOSED')
        AND ({from:String} = '' OR at.2 >= {from_at:Int64}) AND ({to:String} = '' OR at.3 <= {to_at:Int64})
) AS c
GROUP BY source, line, coverage, period, currency
ORDER BY source, line, coverage, period, currency
