-- uses: standing, transactions, counted
-- columns: source String, opens Int64, closes Int64
-- From the month of a source's first event to that of its last: outside, silence says nothing, so no exposure is counted.
SELECT source, min(opened) AS opens, max(closed) AS closes
FROM
(
    SELECT source, toStartOfMonth(fromUnixTimestamp64Micro(assumeNotNull(at), 'UTC')) AS month,
        toUnixTimestamp64Micro(toDateTime64(month, 6, 'UTC')) AS opened,
        toUnixTimestamp64Micro(toDateTime64(addMonths(month, 1), 6, 'UTC')) AS closed
    FROM
    (
        SELECT source, occurred_from AS at FROM standing
        UNION ALL SELECT source, occurred_from FROM transactions
        UNION ALL SELECT source, arrayJoin([period_from, period_to - 1]) FROM counted
    )
    WHERE at IS NOT NULL
)
GROUP BY source
