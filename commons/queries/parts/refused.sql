-- Records that are no facts at the moment asked for: judged faulty and not mended, or another content under a known id.
-- What is no fact has no tier that could be relied on: its publisher sees it.
SELECT topic_id, topic, partition, offset, org, source, reason, detail, recorded
FROM judgements_g{g} FINAL
WHERE recorded <= {as_of:Int64} AND offset < {ends:Array(Int64)}[indexOf({places:Array(String)}, concat(topic, '/', toString(partition)))]
    AND (topic_id, partition, offset, record_sha) NOT IN
        (SELECT topic_id, p, o, record_sha FROM accepted_g{g} FINAL WHERE recorded <= {as_of:Int64}
            AND (topic_id, p, o) IN (SELECT topic_id, partition, offset FROM judgements_g{g}))
    AND ({scope_org:String} = '*' OR org = {scope_org:String})
UNION ALL
SELECT topic_id, topic, p, o, org, splitByChar('/', ce_source)[3], 'CONFLICTING_ID',
    'another content under an id that is known already', recorded
FROM
(
    SELECT topic_id, topic, p, o, org, ce_source, ce_id, recorded, leaf FROM accepted_g{g} FINAL
    WHERE recorded <= {as_of:Int64} AND o < {ends:Array(Int64)}[indexOf({places:Array(String)}, concat(topic, '/', toString(p)))]
) AS taken
INNER JOIN (SELECT org AS f_org, ce_source AS f_source, ce_id AS f_id, leaf AS f_leaf FROM facts_g{g} FINAL) AS first
    ON f_org = taken.org AND f_source = taken.ce_source AND f_id = taken.ce_id
WHERE leaf != f_leaf AND ({scope_org:String} = '*' OR org = {scope_org:String})
