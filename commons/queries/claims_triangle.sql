-- Claims by year of loss and age in full years: how many were closed and notified at that age, and what was paid then.
-- basis incremental (at that age) or cumulative (up to it); lacks says what the data cannot show. Cells that nobody can
-- know yet, after the last transaction of the line, are left out.
-- uses: claimed
WITH
    aged AS MATERIALIZED
    (
        SELECT source, line, currency, period, moment.2 AS what, moment.3 AS money, assumeNotNull(moment.1) AS at,
            age('year', fromUnixTimestamp64Micro(assumeNotNull(since), 'UTC'), fromUnixTimestamp64Micro(at, 'UTC')) AS years
        FROM
        (
            SELECT source, line, currency, substring(occurred.1, 1, 4) AS period, occurred.2 AS since,
                arrayJoin(arrayConcat(currency = 'SEVERAL' ? [] : payments, [(notified.2, 'NOTIFIED', toDecimal128(0, 6)),
                    (status = 'CLOSED' ? last_closed.2 : NULL, 'CLOSED', toDecimal128(0, 6))])) AS moment
            FROM claimed
            WHERE rank >= indexOf({ranks}, {severity_from:String}) AND occurred.1 != ''
                AND ({from:String} = '' OR occurred.2 >= {from_at:Int64}) AND ({to:String} = '' OR occurred.3 <= {to_at:Int64})
        )
        WHERE moment.1 IS NOT NULL
    ),
    lacking AS MATERIALIZED
    (
        SELECT source, line, arrayFilter(x -> x != '', [
            countIf(status != 'CLOSED') = 0 ? 'settled claims only' : '',
            countIf(notified.1 != '') = 0 ? 'no notifications' : '',
            countIf(status = 'CLOSED') = 0 ? 'no closings' : '',
            countIf(stated IS NOT NULL) = 0 ? 'no reserves' : '']) AS lacks
        FROM claimed GROUP BY source, line
    ),
    grid AS MATERIALIZED
    (
        SELECT source, line, currency, period, arrayJoin(range(toUInt32(greatest(0, least(200, latest - toInt32(period)))) + 1)) AS years
        FROM (SELECT DISTINCT source, line, currency, period FROM aged) AS h
        INNER JOIN
        (
            SELECT source, line, max(toYear(fromUnixTimestamp64Micro(at, 'UTC'))) AS latest
            FROM aged GROUP BY source, line
        ) AS l USING (source, line)
    )
SELECT source, line, currency, period, age, closed AS claims, closed AS claims_closed, notified AS claims_notified, paid, lacks
FROM
(
    SELECT source, line, currency, period, age,
        {basis:String} = 'cumulative' ? sum(n_closed) OVER w : n_closed AS closed,
        {basis:String} = 'cumulative' ? sum(n_notified) OVER w : n_notified AS notified,
        {basis:String} = 'cumulative' ? sum(n_paid) OVER w : n_paid AS paid
    FROM
    (
        SELECT source, line, currency, period, years AS age, sum(c) AS n_closed, sum(n) AS n_notified, sum(m) AS n_paid
        FROM
        (
            SELECT source, line, currency, period, years::Int64 AS years, what = 'CLOSED' AS c, what = 'NOTIFIED' AS n, money AS m
            FROM aged
            UNION ALL SELECT source, line, currency, period, years::Int64, 0, 0, toDecimal128(0, 6) FROM grid
        )
        GROUP BY source, line, currency, period, age
    )
    WINDOW w AS (PARTITION BY source, line, currency, period ORDER BY age ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
) AS cells
INNER JOIN lacking USING (source, line)
ORDER BY source, line, currency, period, age
