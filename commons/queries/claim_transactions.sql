-- Every transaction on one claim, opened, in the order in which they were made: also those corrected since or taken back.
-- word: STANDS, CORRECTED (said again under its id), TAKEN_BACK (by a reversal), or REVERSAL (what takes another back).
-- uses: seen, transactions, section_changes
-- opens: value
SELECT r.org AS org, r.claim_ref AS claim_ref, r.transaction_id AS transaction_id, r.transaction AS transaction, r.reverses AS reverses,
    multiIf(r.place > 1, 'CORRECTED', r.transaction = 'REVERSED', 'REVERSAL',
        (r.org, r.claim_ref, r.transaction_id) IN (SELECT org, claim_ref, transaction_id FROM transactions), 'STANDS', 'TAKEN_BACK') AS word,
    r.occurred_text AS occurred, r.notified_text AS notified, r.transacted_text AS transacted, r.submitted_text AS submitted,
    r.line AS line, r.coverage AS coverage, r.cause AS cause, r.state AS state, r.amount AS amount, r.outstanding AS outstanding,
    r.currency AS currency, r.currency_assumed::Bool AS currency_assumed, r.severity AS severity, r.operator AS operator,
    r.role AS role, provenance, r.sharing AS sharing, audience, purposes, r.source AS source, r.edition AS edition,
    r.ce_id AS ce_id, key_id, r.topic AS kafka_topic, r.p AS kafka_partition, r.o AS kafka_offset,
    formatDateTime(fromUnixTimestamp64Micro(r.recorded, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS recorded_at,
    lower(hex(r.native_sha)) AS native_sha256, lower(hex(f_leaf)) AS leaf, base64Encode(assumeNotNull(value)) AS value,
    base64Encode(assumeNotNull(key)) AS key, header_names, arrayMap(x -> assumeNotNull(x), header_values) AS header_values,
    section_changes, count() OVER () AS total
FROM
(
    SELECT *, row_number() OVER (PARTITION BY org, claim_ref, transaction_id ORDER BY recorded DESC, p DESC, o DESC) AS place
    FROM claim_transactions_g{g} FINAL
    WHERE claim_ref = {claim_ref:String} AND ({org:String} = '' OR org = {org:String})
        AND recorded <= {as_of:Int64} AND filed_to <= {filed_by:Int64}
        AND o < {ends:Array(Int64)}[indexOf({places:Array(String)}, concat(topic, '/', toString(p)))]
        AND (topic, p, o) IN (SELECT topic, p, o FROM seen WHERE ce_type = 'ClaimTransacted')
) AS r
INNER JOIN
(
    SELECT topic AS f_topic, p AS f_p, o AS f_o, key_id, leaf AS f_leaf, topic_id AS f_topic_id, provenance, audience, purposes
    FROM facts_g{g} FINAL WHERE subject = {claim_ref:String}
) AS f ON f_topic = r.topic AND f_p = r.p AND f_o = r.o
INNER JOIN
(
    SELECT topic_id AS e_topic_id, partition AS e_p, offset AS e_o, value, key, header_names, header_values FROM events FINAL
    WHERE (topic_id, partition, offset) IN (SELECT topic_id, p, o FROM facts_g{g} FINAL WHERE subject = {claim_ref:String})
) AS e ON e_topic_id = f_topic_id AND e_p = r.p AND e_o = r.o
LEFT JOIN section_changes AS c ON c_topic = r.topic AND c_p = r.p AND c_o = r.o
ORDER BY org, (coalesce(r.transacted_from, r.recorded), r.recorded, r.p, r.o)
LIMIT {limit:UInt64} OFFSET {offset:UInt64}
