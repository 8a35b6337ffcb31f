-- uses: arrived
-- The rhythm of each source: the longest pause, in days, between two days on which something of it came; null before there
-- were two pauses. An edition that was followed by another has none any more.
SELECT source AS l_source, argMax(edition, (edition != '', last)) AS newest, arraySort(groupUniqArrayArray(days)) AS load_days,
    length(load_days) < 3 ? NULL : arrayMax(arrayDifference(load_days)) AS rhythm_days
FROM
(
    SELECT source, edition, max(recorded) AS last,
        groupUniqArray(toInt32(toDate32(fromUnixTimestamp64Micro(recorded, 'UTC')))) AS days
    FROM arrived GROUP BY source, edition
)
GROUP BY source
