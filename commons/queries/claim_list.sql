-- Claims, one row each, with what each comes to: those behind a figure of claims, claims_triangle or claim_lags, asked in its terms.
-- period: exactly the one that basis and grain name. NOT_REPORTED asks for a blank line, coverage, period, status or currency, and
-- reserve=NOT_REPORTED for claims that state none.
-- from_event, to_event: claims with that lag, as in claim_lags, from lag_from to lag_to calendar months; with lag_unit=year full years,
-- as in claims_triangle, and to_event=PAID means every payment: paid_then is what was paid at these ages, on all pages total_paid_then.
-- uses: dated
WITH {lag_unit:String} = 'year' AS in_years
SELECT claim_ref, org, source, line, coverage, period, occurred.1 AS occurred, notified.1 AS notified, first_paid.1 AS first_paid,
    closed.1 AS closed, status, {ranks}[greatest(rank, 1)] AS severity, c.paid AS paid,
    c.recovered AS recovered, c.outstanding AS outstanding,
    amounts_missing > 0 ? NULL : c.paid - c.recovered + c.outstanding AS incurred, currency, c.currency_assumed::Bool AS currency_assumed,
    party != '' ? party : filed AS operator, state,
    {to_event:String} = '' ? NULL : lags[1].1 AS lag,
    {to_event:String} = 'PAID' ? arraySum(l -> l.2, lags) : NULL AS paid_then, sum(paid_then) OVER () AS total_paid_then,
    count() OVER () AS total,
    (SELECT countIf(rank <= 2) FROM claimed WHERE indexOf({ranks}, {severity_from:String}) > 2) AS unknown_dropped
FROM
(
    SELECT *, status = 'CLOSED' ? last_closed : ('', NULL, NULL) AS closed,
        [('LOSS', occurred), ('NOTIFIED', notified), ('FIRST_PAID', first_paid), ('CLOSED', closed)] AS events,
        arrayFirst(e -> e.1 = {from_event:String}, events).2 AS began, arrayFirst(e -> e.1 = {to_event:String}, events).2 AS ended,
        fromUnixTimestamp64Micro(assumeNotNull(began.2), 'UTC') AS since,
        multiIf({to_event:String} != 'PAID', [(ended.2, '', toDecimal128(0, 6))], currency = 'SEVERAL', [], payments) AS ends,
        arrayMap(e -> (in_years ? age('year', since, fromUnixTimestamp64Micro(assumeNotNull(e.1), 'UTC'))
                : toInt64(toRelativeMonthNum(toDate32(fromUnixTimestamp64Micro(assumeNotNull(e.1), 'UTC')))) - toRelativeMonthNum(toDate32(since)), e.3),
            arrayFilter(e -> isNotNull(began.2) AND isNotNull(e.1) AND (in_years OR length(began.1) >= 7 AND length(ended.1) >= 7), ends)) AS all_lags,
        arrayFilter(l -> ({lag_from:String} = '' OR l.1 >= toInt64OrZero({lag_from:String}))
            AND ({lag_to:String} = '' OR l.1 <= toInt64OrZero({lag_to:String})), all_lags) AS lags
    FROM dated
) AS c
WHERE ({claim_ref:String} = '' OR claim_ref = {claim_ref:String})
    AND ({period:String} = '' OR period = if({period:String} = 'NOT_REPORTED', '', {period:String}))
    AND ({status:String} = '' OR status = if({status:String} = 'NOT_REPORTED', '', {status:String}))
    AND ({currency:String} = '' OR currency = if({currency:String} = 'NOT_REPORTED', '', {currency:String}))
    AND ({reserve:String} = '' OR ({reserve:String} = 'NOT_REPORTED' AND c.outstanding IS NULL))
    AND ({to_event:String} = '' OR notEmpty(lags))
ORDER BY
    multiIf({sort:String} = 'paid', c.paid, {sort:String} = 'recovered', c.recovered, {sort:String} = 'outstanding', c.outstanding,
        {sort:String} = 'incurred', incurred, {sort:String} = 'paid_then', paid_then, {sort:String} = 'lag', toDecimal128(lag, 6), NULL)
        * if({order:String} = 'asc', 1, -1) ASC NULLS LAST,
    at.2 * if({order:String} = 'asc' AND {sort:String} = 'month', 1, -1) ASC NULLS LAST, org, claim_ref
LIMIT {limit:UInt64} OFFSET {offset:UInt64}
