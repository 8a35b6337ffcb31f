-- How current each edition of each source is: when something of it last came, which months it tells of, and to when it was filed.
-- rhythm_days: the longest pause between two loads of the source so far, null before there were three; later than that is late.
-- uses: arrived, loads
SELECT source, edition,
    formatDateTime(fromUnixTimestamp64Micro(max(recorded), 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS last_recorded_at,
    minIf(substring(period_text, 1, 7), period_text != '') AS first_month,
    maxIf(substring(period_text, 1, 7), period_text != '') AS last_month,
    max(submitted_text) AS last_submitted,
    substring(toString(toDateTime64(max(filed_to) / 1000000, 0, 'UTC')), 1, 7) AS data_cut,
    any(edition = newest ? rhythm_days : NULL) AS rhythm_days,
    arraySort(groupUniqArray(org)) AS orgs, any(length(load_days)) AS loads, count() AS events
FROM arrived
INNER JOIN loads ON l_source = source
-- what has no file behind it has no edition: it is told of only where nothing else is
WHERE edition != '' OR newest = ''
GROUP BY source, edition
ORDER BY source, first_month
