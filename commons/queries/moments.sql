-- What the two clocks can be set to: the days on which something was recorded, and the dates to which it was filed.
-- uses: arrived
SELECT kind, value, count() AS n
FROM
(
    SELECT arrayJoin([('submitted', submitted_text),
        ('recorded', substring(toString(fromUnixTimestamp64Micro(recorded, 'UTC')), 1, 10))]) AS pair, pair.1 AS kind, pair.2 AS value
    FROM arrived
)
WHERE value != ''
GROUP BY kind, value
ORDER BY kind, value
