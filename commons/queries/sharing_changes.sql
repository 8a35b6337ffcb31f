-- Events that their publisher shared otherwise later, for the publisher: how, and as what they could be read until then.
-- Who did read them is not known: readers is NOT_RECORDED as long as the hub keeps no record of access.
-- uses: changed
SELECT org, subject, ce_source, ce_id, if(section = '', 'RECORD', section) AS part, sharing, audience, purposes, reason,
    f_sharing AS published_as, f_audience AS published_audience, f_purposes AS published_purposes,
    formatDateTime(fromUnixTimestamp64Micro(f_recorded, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS readable_from,
    formatDateTime(fromUnixTimestamp64Micro(changed, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS changed_at,
    'NOT_RECORDED' AS readers
FROM changed
WHERE greatest(changed, f_recorded) <= {as_of:Int64} AND ({org:String} = '' OR org = {org:String})
    AND ({scope_org:String} = '*' OR org = {scope_org:String})
ORDER BY changed, org, subject, ce_source, ce_id, part
