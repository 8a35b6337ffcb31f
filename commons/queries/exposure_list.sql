-- Exposures, one row each, in their latest versions: the records behind a figure of `exposure` or the exposure of a rate.
-- total_value and its bounds sum all pages, and are null where units or currencies differ, which are never added.
-- uses: exposed
WITH uniqExact(unit, currency) OVER () = 1 AS alike,
    min(lower IS NOT NULL AND upper IS NOT NULL OR basis = 'ACTUAL') OVER () AND max(lower IS NOT NULL) OVER () AS bounded
SELECT org, report_id, source, operator, filed AS operator_id, party, period_text AS period, unit, value, lower, upper, basis, currency,
    driver_present, state, count() OVER () AS total, if(alike, sum(value) OVER (), NULL) AS total_value,
    if(alike AND bounded, sum(coalesce(lower, value)) OVER (), NULL) AS total_lower,
    if(alike AND bounded, sum(coalesce(upper, value)) OVER (), NULL) AS total_upper
FROM exposed
WHERE ({source:String} = '' OR source = {source:String}) AND ({unit:String} = '' OR unit = {unit:String})
ORDER BY period_from, lowerUTF8(operator), filed, org, report_id
LIMIT {limit:UInt64} OFFSET {offset:UInt64}
