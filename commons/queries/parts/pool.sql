-- uses: exposed
-- columns: x_source String, unit String, currency String, x_key String, x_filed String, x_party String, period_from Int64, period_to Int64, x_month String, amount Decimal(38, 6), low Nullable(Decimal(38, 6)), high Nullable(Decimal(38, 6)), has_bounds UInt8, bases Array(String)
-- Exposure summed up as far as rates tell it apart: two sources, units or currencies are never added.
SELECT source AS x_source, unit, currency, operator_key AS x_key, any(filed) AS x_filed, any(party) AS x_party, period_from, period_to,
    substring(any(period_text), 1, 7) AS x_month, sum(value) AS amount,
    if(min(lower IS NOT NULL AND upper IS NOT NULL OR basis = 'ACTUAL'), sum(coalesce(lower, value)), NULL) AS low,
    if(min(lower IS NOT NULL AND upper IS NOT NULL OR basis = 'ACTUAL'), sum(coalesce(upper, value)), NULL) AS high,
    max(lower IS NOT NULL) AS has_bounds, groupUniqArray(basis) AS bases
FROM exposed
WHERE ({unit:String} = '' OR unit = {unit:String}) AND ({exposure_source:String} = '' OR source = {exposure_source:String})
GROUP BY x_source, unit, currency, x_key, period_from, period_to
