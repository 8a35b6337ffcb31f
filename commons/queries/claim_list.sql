-- Claims, one row each, with what each comes to: the claims behind a figure of `claims`, asked with its line, coverage and so on.
-- period: exactly the one that basis and grain name; NOT_REPORTED asks for a blank line, coverage, period or currency.
-- uses: dated
SELECT claim_ref, org, source, line, coverage, period, occurred.1 AS occurred, notified.1 AS notified, first_paid.1 AS first_paid,
    status = 'CLOSED' ? last_closed.1 : '' AS closed, status, {ranks}[greatest(rank, 1)] AS severity, c.paid AS paid,
    c.recovered AS recovered, c.outstanding AS outstanding,
    amounts_missing > 0 ? NULL : c.paid - c.recovered + c.outstanding AS incurred, currency, c.currency_assumed::Bool AS currency_assumed,
    party != '' ? party : filed AS operator, state, count() OVER () AS total,
    (SELECT countIf(rank <= 2) FROM claimed WHERE indexOf({ranks}, {severity_from:String}) > 2) AS unknown_dropped
FROM dated AS c
WHERE ({claim_ref:String} = '' OR claim_ref = {claim_ref:String})
    AND ({period:String} = '' OR period = if({period:String} = 'NOT_REPORTED', '', {period:String}))
    AND ({status:String} = '' OR status = {status:String})
    AND ({currency:String} = '' OR currency = if({currency:String} = 'NOT_REPORTED', '', {currency:String}))
ORDER BY
    multiIf({sort:String} = 'paid', c.paid, {sort:String} = 'outstanding', c.outstanding, {sort:String} = 'incurred', incurred, NULL)
        * if({order:String} = 'asc', 1, -1) ASC NULLS LAST,
    at.2 * if({order:String} = 'asc' AND {sort:String} = 'month', 1, -1) ASC NULLS LAST, org, claim_ref
LIMIT {limit:UInt64} OFFSET {offset:UInt64}
