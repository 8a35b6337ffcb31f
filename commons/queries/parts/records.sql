-- uses: filed, exposed, counted, transactions, certified
-- What stands of each source, with the source's record behind it: (native_sha, native_ordinal, edition, itself).
SELECT source, org, kind, id, native_ordinal, edition, native_sha,
    -- what was published without a file behind it is itself the source's record
    native_sha = toFixedString('', 32) ? concat(kind, '/', id) : '' AS itself
FROM
(
    SELECT source, org, 'report' AS kind, concat(org, '/', report_id, '/', toString(version)) AS id, native_sha, native_ordinal, edition
    FROM filed
    UNION ALL SELECT source, org, 'exposure', concat(org, '/', report_id), native_sha, native_ordinal, edition FROM exposed
    UNION ALL SELECT source, org, 'count', concat(org, '/', report_id), native_sha, native_ordinal, edition FROM counted
    UNION ALL SELECT source, org, 'claim', concat(org, '/', claim_ref), native_sha, native_ordinal, edition FROM transactions
    UNION ALL SELECT source, org, 'certificate', concat(org, '/', certificate_id), native_sha, native_ordinal, edition FROM certified
)
WHERE {source:String} = '' OR source = {source:String}
