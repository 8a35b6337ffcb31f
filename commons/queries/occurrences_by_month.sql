-- Occurrences per month of the crash, by highest severity; n is at or above severity_from, n_if_unknown adds UNKNOWN.
-- grain quarter (2024-Q1) or year (2024) sums months up; provisional when one of them is.
-- uses: occurrences_now, matching, series_breaks
WITH
    indexOf({ranks}, {severity_from:String}) AS floor,
    (SELECT max(filed_to) FROM matching) AS cut_at,
    -- the last moment a source's filings reach: months are counted back from the month it lies in
    toRelativeMonthNum(toDateTime64(cut_at / 1000000, 0, 'UTC')) AS cut,
    (SELECT groupArray((substring(since, 1, 7), since)) FROM series_breaks) AS breaks
SELECT multiIf(m = '', '', {grain:String} = 'year', substring(m, 1, 4),
        {grain:String} = 'quarter', concat(substring(m, 1, 4), '-Q', toString(intDiv(toUInt8OrZero(substring(m, 6, 2)) + 2, 3))),
        m) AS month,
    sum(one) AS occurrences, sumIf(one, rank >= floor) AS n,
    sumIf(one, rank >= floor OR rank = 2) AS n_if_unknown, sumIf(one, near_miss = 1) AS near_misses,
    sumIf(one, severity = 'FATAL') AS fatal, sumIf(one, severity = 'SERIOUS') AS serious,
    sumIf(one, severity = 'MODERATE') AS moderate, sumIf(one, severity = 'MINOR') AS minor,
    sumIf(one, severity = 'NONE') AS none, sumIf(one, severity = 'UNKNOWN') AS unknown,
    sumIf(one, severity = 'NOT_REPORTED') AS not_reported,
    max(m != '' AND cut - toRelativeMonthNum(toDate32OrZero(concat(m, '-01'))) < 3)::Bool AS provisional,
    arrayFirst(b -> has(groupUniqArray(m), b.1), breaks).2 AS series_break
FROM
(
    SELECT month AS m, severity, rank, near_miss, 1 AS one FROM occurrences_now
    UNION ALL
    -- a month without an occurrence is a zero, not a gap
    SELECT substring(toString(addMonths(first, number)), 1, 7), '', 0, 0, 0
    FROM (SELECT toDate32OrZero(concat(min(month), '-01')) AS first, toDate32OrZero(concat(max(month), '-01')) AS last,
        count() AS dated
        FROM occurrences_now WHERE month != '')
    ARRAY JOIN range(toUInt32(dated = 0 ? 0 : least(1200, dateDiff('month', first, last) + 1))) AS number
)
GROUP BY month
ORDER BY month = '', month
