-- uses: matching, latest, counted, claimed
-- columns: source String, operator_key String, filed String, party String, first Nullable(Int64), after Nullable(Int64), month String, id String, n Int64, rank UInt64
-- What a rate counts: one row per report, occurrence and operator, near miss or claim that the filters let through.
SELECT source, operator_key, filed, party, first, after, month, id, n, rank
FROM
(
    SELECT source, operator_key, filed, party, occurred_from AS first, occurred_to AS after, substring(occurred_text, 1, 7) AS month,
        {events:String} = 'reports' ? concat(org, '/', report_id) : occurrence_id AS id, 1 AS n,
        {events:String} = 'reports' ? rank : o_rank AS rank
    FROM matching
    LEFT JOIN (SELECT occurrence_id AS o_id, max(rank) AS o_rank FROM latest GROUP BY o_id) AS o ON o_id = occurrence_id
    WHERE {events:String} IN ('reports', 'occurrences') OR ({events:String} = 'near_misses' AND class = 'NEAR_MISS')
    UNION ALL
    SELECT source, operator_key, filed, party, period_from, period_to, substring(period_text, 1, 7), concat(org, '/', report_id), count, 0
    FROM counted WHERE {events:String} = 'near_misses' AND ({source:String} = '' OR source = {source:String})
    UNION ALL
    SELECT source, operator_key, filed, party, occurred.2, occurred.3, substring(occurred.1, 1, 7), concat(org, '/', claim_ref), 1, rank
    FROM claimed
    WHERE {events:String} = 'claims'
        AND ({from:String} = '' OR occurred.2 >= {from_at:Int64}) AND ({to:String} = '' OR occurred.3 <= {to_at:Int64})
)
