-- How many records are not facts, and why, by publisher and source.
-- uses: refused
SELECT org, source, reason, count() AS faults,
    formatDateTime(fromUnixTimestamp64Micro(min(recorded), 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS first_recorded_at,
    formatDateTime(fromUnixTimestamp64Micro(max(recorded), 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS last_recorded_at
FROM refused
WHERE ({org:String} = '' OR org = {org:String}) AND ({source:String} = '' OR source = {source:String})
GROUP BY org, source, reason
ORDER BY org, source, reason
