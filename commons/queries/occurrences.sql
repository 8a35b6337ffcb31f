-- Occurrences, one row each, filtered, sorted and paged.
-- uses: occurrences_now, latest
WITH indexOf({ranks}, {severity_from:String}) AS floor,
    -- one number or text per sort key, the others constant
    {sort:String} AS by, {order:String} = 'asc' AS up
SELECT occurrence_id, lead, month, severity, first_severity, state, city, crash_with, reporters, length(members) AS reports,
    versions, voices, copies AS declared_copies, last_submitted,
    formatDateTime(fromUnixTimestamp64Micro(last_recorded, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS last_recorded_at,
    count() OVER () AS total,
    (SELECT countIf(rank <= 2) FROM occurrences_now WHERE indexOf({ranks}, {severity_from:String}) > 2) AS unknown_dropped
FROM occurrences_now AS o
INNER JOIN
(
    SELECT occurrence_id AS r_id, argMin(state, filed_to) AS state, argMin(city, filed_to) AS city,
        argMin(crash_with, filed_to) AS crash_with, sum(versions) AS versions, max(submitted_text) AS last_submitted,
        max(recorded) AS last_recorded, groupUniqArray(first_severity_of) AS first_severities,
        arrayElement({ranks}, max(indexOf({ranks}, first_severity_of))) AS first_severity,
        countIf(first_severity_of != severity_of) AS changed
    FROM (SELECT * EXCEPT (first_severity, severity), first_severity AS first_severity_of, severity AS severity_of FROM latest)
    GROUP BY occurrence_id
) AS r ON r_id = o.occurrence_id
WHERE rank >= floor AND ({severity:String} = '' OR severity = {severity:String})
    AND ({first_severity:String} = '' OR has(first_severities, {first_severity:String}))
    AND ({severity_changed:String} = '' OR changed > 0)
    AND ({reporters:String} = '' OR length(reporters) > 1)
    AND ({copies:String} = '' OR (copies > 0) = ({copies:String} != '0'))
ORDER BY
    by = 'month' AND up ? month : '' ASC, by = 'month' AND NOT up ? month : '' DESC,
    by = 'submitted' AND up ? last_submitted : '' ASC, by = 'submitted' AND NOT up ? last_submitted : '' DESC,
    by = 'place' AND up ? concat(state, city) : '' ASC, by = 'place' AND NOT up ? concat(state, city) : '' DESC,
    multiIf(by = 'severity', toInt64(rank), by = 'reports', toInt64(reports), by = 'versions', toInt64(versions), 0)
        * if(up, 1, -1),
    occurrence_id
LIMIT {limit:UInt64} OFFSET {offset:UInt64}
