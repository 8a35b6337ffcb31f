-- uses: transactions, named
-- What the transactions of each claim come to, for the claims that the filters let through, severity apart.
-- The reserve is the last one stated; closing or withdrawing a claim without stating one leaves none. Never an average,
-- never a sum over two currencies: money of a claim that has several is null.
SELECT c.*, n_since <= coalesce(c.occurred.2, n_since) AND n_party_id != '' AS known, known ? n_party : '' AS party,
    multiIf(operator_id != '', concat('id:', operator_id), known, concat('party:', n_party_id),
        operator != '', concat('name:', operator), '') AS operator_key,
    operator_id != '' ? operator_id : operator AS filed
FROM
(
    SELECT org, source, claim_ref,
        argMaxIf(t.line, t.said, t.line != '') AS line, argMaxIf(t.coverage, t.said, t.coverage != '') AS coverage,
        argMaxIf(t.state, t.said, t.state != '') AS state, arrayDistinct(groupArrayArray(t.item)) AS items,
        argMaxIf((t.operator_scheme, t.operator_id, t.operator), t.said, t.operator != '') AS by_whom,
        by_whom.1 AS operator_scheme, by_whom.2 AS operator_id, by_whom.3 AS operator,
        max(indexOf({ranks}, t.severity)) AS rank,
        argMaxIf((t.occurred_text, t.occurred_from, t.occurred_to), t.said, t.occurred_text != '') AS occurred,
        if(countIf(t.notified_text != '') > 0, argMaxIf((t.notified_text, t.notified_from, t.notified_to), t.said, t.notified_text != ''),
            argMinIf((t.transacted_text, t.transacted_from, t.transacted_to), t.seq, t.transaction = 'NOTIFIED')) AS notified,
        argMinIf((t.transacted_text, t.transacted_from, t.transacted_to), t.seq, t.transaction = 'INDEMNITY_PAID') AS first_paid,
        argMaxIf((t.transacted_text, t.transacted_from, t.transacted_to), t.seq, t.transaction = 'CLOSED') AS last_closed,
        argMaxIf(t.transaction, t.seq, t.transaction IN ('NOTIFIED', 'REOPENED', 'DENIED', 'CLOSED', 'WITHDRAWN')) AS status,
        groupUniqArrayIf(t.currency, t.currency != '') AS currencies, max(t.currency_assumed) AS currency_assumed,
        length(currencies) > 1 ? 'SEVERAL' : currencies[1] AS currency,
        sumIf(coalesce(t.amount, 0), t.transaction IN ('INDEMNITY_PAID', 'EXPENSE_PAID')) AS all_paid,
        sumIf(coalesce(t.amount, 0), t.transaction = 'EXPENSE_PAID') AS all_expenses,
        sumIf(coalesce(t.amount, 0), t.transaction = 'RECOVERED') AS all_recovered,
        countIf(t.amount IS NULL AND t.transaction IN ('INDEMNITY_PAID', 'EXPENSE_PAID', 'RECOVERED')) AS amounts_missing,
        currency = 'SEVERAL' ? NULL : all_paid AS paid, currency = 'SEVERAL' ? NULL : all_expenses AS expenses,
        currency = 'SEVERAL' ? NULL : all_recovered AS recovered,
        groupArrayIf((t.transacted_from, 'PAID', coalesce(t.amount, 0)), t.transaction IN ('INDEMNITY_PAID', 'EXPENSE_PAID')) AS payments,
        argMaxIf(t.outstanding, t.seq, t.outstanding IS NOT NULL) AS stated,
        maxIf(t.seq, t.outstanding IS NOT NULL) AS stated_at, maxIf(t.seq, t.transaction IN ('CLOSED', 'WITHDRAWN')) AS ended_at,
        multiIf(currency = 'SEVERAL', NULL, ended_at > stated_at, toDecimal128(0, 6), stated) AS outstanding
    FROM transactions AS t
    GROUP BY org, source, claim_ref
) AS c
LEFT JOIN named ON n_source = source AND n_scheme = operator_scheme AND n_id = operator_id AND n_name = operator
WHERE (n_asked = 2 OR (n_asked = 1 AND known))
    AND ({line:String} = '' OR line = if({line:String} = 'NOT_REPORTED', '', {line:String}))
    AND ({coverage:String} = '' OR coverage = if({coverage:String} = 'NOT_REPORTED', '', {coverage:String}))
    AND ({state:String} = '' OR state = if({state:String} = 'NOT_REPORTED', '', {state:String}))
    AND ({item:String} = '' OR arrayExists(i -> lowerUTF8(i) = lowerUTF8({item:String}), items))
