-- Reports in their latest version.
-- uses: matching, occurrences_now
WITH indexOf({ranks}, {severity_from:String}) AS floor
SELECT report_id, version, versions, occurrence_id, if(empty(operators), 'NOT_REPORTED', operators[1]) AS operator, reporter,
    if(occurred_text = '', 'NOT_REPORTED', occurred_text) AS occurred_from,
    if(occurred_text = '', 'NOT_REPORTED', substring(toString(toDateTime64(occurred_to / 1000000, 0, 'UTC')), 1,
        length(occurred_text))) AS occurred_to,
    class, severity, arrayStringConcat(arrayFilter(x -> x != '', [city, state]), ', ') AS place,
    is_copy ? multiIf(copy_report != '', copy_report, copy_entity != '', copy_entity, 'DECLARED') : '' AS copy_of,
    arrayFilter(i -> i != '', arrayMap(i -> i.identity, items)) AS item_ids,
    org, source, edition, first_severity, state, city, driver, crash_with, submitted_text AS submitted,
    formatDateTime(fromUnixTimestamp64Micro(recorded, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS recorded_at,
    count() OVER () AS total,
    (SELECT countIf(rank <= 2) FROM matching WHERE floor > 2) AS unknown_dropped
FROM matching
WHERE rank >= floor AND ({severity:String} = '' OR severity = {severity:String})
    AND ({first_severity:String} = '' OR first_severity = {first_severity:String})
    AND ({severity_changed:String} = '' OR first_severity != severity)
    AND ({reporters:String} = '' OR occurrence_id IN (SELECT occurrence_id FROM occurrences_now WHERE length(reporters) > 1))
    AND ({copies:String} = '' OR is_copy = ({copies:String} != '0'))
ORDER BY
    {sort:String} = 'month' AND {order:String} != 'asc' ? occurred_text : '' DESC,
    {sort:String} = 'month' AND {order:String} = 'asc' ? occurred_text : '' ASC,
    {sort:String} = 'severity' ? if({order:String} = 'asc', toInt32(rank), -toInt32(rank)) : 0,
    {sort:String} = 'versions' ? if({order:String} = 'asc', toInt32(versions), -toInt32(versions)) : 0,
    report_id, org
LIMIT {limit:UInt64} OFFSET {offset:UInt64}
