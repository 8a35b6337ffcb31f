-- Who was given data of a publisher, for the publisher: when, in which role, for which purpose, by which query.
-- report_ids are those that were opened one by one, sections what was shown of them. A list names the publishers of its
-- rows; an aggregate names nobody, and only the operator sees that it was asked for.
-- uses: given
SELECT formatDateTime(fromUnixTimestamp64Micro(at, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS `when`, reader AS who,
    reader_role AS role, purpose, query, owner AS org, report_ids, sections, given AS rows
FROM given
WHERE ({scope_org:String} = '*' OR owner = {scope_org:String}) AND ({org:String} = '' OR owner = {org:String})
    AND ({report_id:String} = '' OR has(report_ids, {report_id:String}))
ORDER BY at, access_id, org
