-- uses: seen, named
-- The standing transactions on claims in the order of the claim, those taken back left out: `seq` says which is later.
-- A transaction said again under its id is corrected; a reversal that is itself reversed takes nothing back.
SELECT * FROM
(
    SELECT org, source, claim_ref, transaction_id, transaction, reverses, occurred_text, occurred_from, occurred_to,
        submitted_text, notified_text, notified_from, notified_to, transacted_text, transacted_from, transacted_to, state, line, coverage, cause,
        amount, outstanding, currency, currency_assumed, severity, operator, operator_scheme, operator_id, item, recorded,
        missing, native_sha, native_ordinal, edition, (recorded, p, o) AS said,
        (coalesce(transacted_from, recorded), recorded, p, o) AS seq
    FROM claim_transactions_g{g} AS r FINAL
    WHERE r.recorded <= {as_of:Int64} AND r.filed_to <= {filed_by:Int64}
        AND r.o < {ends:Array(Int64)}[indexOf({places:Array(String)}, concat(r.topic, '/', toString(r.p)))]
        AND (r.topic, r.p, r.o) IN (SELECT topic, p, o FROM seen WHERE ce_type = 'ClaimTransacted')
        AND ({source:String} = '' OR source = {source:String}) AND ({org:String} = '' OR org = {org:String})
    ORDER BY said DESC
    LIMIT 1 BY org, claim_ref, transaction_id
) AS t
LEFT JOIN
(
    -- from the last reversal back: one that is taken back already takes nothing back
    SELECT org AS v_org, claim_ref AS v_claim,
        arrayFold((done, r) -> has(done, r.2) ? done : arrayPushBack(done, r.3),
            arrayReverseSort(groupArray(((recorded, p, o), transaction_id, reverses))), emptyArrayString()) AS voided
    FROM
    (
        -- the last word first: a reversal that was corrected into something else takes nothing back
        SELECT org, claim_ref, transaction_id, transaction, reverses, recorded, p, o FROM claim_transactions_g{g} FINAL
        WHERE recorded <= {as_of:Int64} AND filed_to <= {filed_by:Int64}
            AND o < {ends:Array(Int64)}[indexOf({places:Array(String)}, concat(topic, '/', toString(p)))]
            AND (org, claim_ref) IN (SELECT org, claim_ref FROM claim_transactions_g{g} WHERE transaction = 'REVERSED')
            AND (topic, p, o) IN (SELECT topic, p, o FROM seen WHERE ce_type = 'ClaimTransacted')
        ORDER BY recorded DESC, p DESC, o DESC LIMIT 1 BY org, claim_ref, transaction_id
    )
    WHERE transaction = 'REVERSED'
    GROUP BY v_org, v_claim
) AS v ON v_org = org AND v_claim = claim_ref
WHERE transaction != 'REVERSED' AND NOT has(voided, transaction_id)
