-- Events that their publisher shared otherwise later, for the publisher: how, and as what they could be read until then.
-- readers: who had opened the report by then; listed_to: who had been given answers with records of the publisher in them.
-- uses: changed, given
WITH arrayFilter(a -> a.1 >= f_recorded AND a.1 < changed, accesses) AS before
SELECT org, subject, ce_source, ce_id, if(section = '', 'RECORD', section) AS part, sharing, audience, purposes, reason,
    f_sharing AS published_as, f_audience AS published_audience, f_purposes AS published_purposes,
    formatDateTime(fromUnixTimestamp64Micro(f_recorded, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS readable_from,
    formatDateTime(fromUnixTimestamp64Micro(changed, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS changed_at,
    arraySort(arrayDistinct(arrayMap(a -> a.2, arrayFilter(a -> has(a.3, subject), before)))) AS readers,
    arraySort(arrayDistinct(arrayMap(a -> a.2, before))) AS listed_to
FROM changed
LEFT JOIN (SELECT owner, groupArray((at, reader, report_ids)) AS accesses FROM given WHERE owner != '' GROUP BY owner) AS g
    ON g.owner = org
WHERE greatest(changed, f_recorded) <= {as_of:Int64} AND ({org:String} = '' OR org = {org:String})
    AND ({scope_org:String} = '*' OR org = {scope_org:String})
ORDER BY changed, org, subject, ce_source, ce_id, part
