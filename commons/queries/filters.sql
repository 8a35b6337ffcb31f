-- The values that filters can take, with the number of reports behind each.
-- uses: latest, standing
SELECT kind, value, count() AS n
FROM
(
    SELECT arrayJoin([('source', source), ('edition', edition), ('operator', reporter),
        ('state', if(state = '', 'NOT_REPORTED', state)), ('severity', severity),
        ('month', if(occurred_text = '', 'NOT_REPORTED', substring(occurred_text, 1, 7))),
        ('driver', if(driver = '', 'NOT_REPORTED', driver))]) AS pair, pair.1 AS kind, pair.2 AS value
    FROM latest WHERE {source:String} = '' OR source = {source:String}
    UNION ALL
    SELECT arrayJoin([('submitted', submitted_text),
        ('recorded', substring(toString(fromUnixTimestamp64Micro(recorded, 'UTC')), 1, 10))]) AS pair, pair.1, pair.2
    FROM standing WHERE submitted_text != '' AND ({source:String} = '' OR source = {source:String})
)
GROUP BY kind, value
ORDER BY kind, value
