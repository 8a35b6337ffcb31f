-- The values that filters of claims can take, with the number of claims behind each; months follow the basis.
-- uses: claimed, transactions
SELECT kind, value, count() AS n
FROM
(
    SELECT arrayJoin([('source', source), ('line', if(line = '', 'NOT_REPORTED', line)),
        ('coverage', if(coverage = '', 'NOT_REPORTED', coverage)), ('operator', party != '' ? party : filed),
        ('state', if(state = '', 'NOT_REPORTED', state)),
        ('month', substring(multiIf({basis:String} = 'notified', notified.1, {basis:String} = 'closed', last_closed.1, occurred.1), 1, 7))
        ]) AS pair, pair.1 AS kind, pair.2 AS value
    FROM claimed
    UNION ALL
    SELECT arrayJoin([('submitted', submitted_text),
        ('recorded', substring(toString(fromUnixTimestamp64Micro(recorded, 'UTC')), 1, 10))]) AS pair, pair.1, pair.2
    FROM (SELECT DISTINCT submitted_text, recorded FROM transactions)
)
WHERE value != ''
GROUP BY kind, value
ORDER BY kind, value
