-- Exposure by source, operator, period and unit, with the bounds of those who estimated it.
-- grain quarter or year sums months up; a period that is coarser than the grain stays as it is. Two sources are not added.
-- uses: exposed
SELECT source, if(uniqExact(filed) = 1, any(filed), any(identified_as)) AS operator, any(identified_as) AS party, month, unit,
    sum(amount) AS value,
    -- an estimate without bounds leaves the bounds of the sum unknown
    if(min(sure) AND max(has_bounds), sum(coalesce(low, amount)), NULL) AS lower,
    if(min(sure) AND max(has_bounds), sum(coalesce(high, amount)), NULL) AS upper,
    arrayStringConcat(arraySort(groupUniqArray(how)), ', ') AS basis, currency, count() AS exposures,
    arraySort(groupUniqArray(as_filed)) AS names
FROM
(
    SELECT source, operator_key, filed, party AS identified_as, operator AS as_filed, unit, value AS amount, lower AS low, upper AS high,
        basis AS how, currency, low IS NOT NULL AND high IS NOT NULL AS has_bounds, has_bounds OR how = 'ACTUAL' AS sure,
        multiIf({grain:String} = 'year', substring(period_text, 1, 4),
            {grain:String} = 'quarter' AND length(period_text) >= 7, concat(substring(period_text, 1, 4), '-Q',
                toString(intDiv(toUInt8OrZero(substring(period_text, 6, 2)) + 2, 3))),
            substring(period_text, 1, 7)) AS month
    FROM exposed
    WHERE ({source:String} = '' OR source = {source:String}) AND ({unit:String} = '' OR unit = {unit:String})
)
GROUP BY source, operator_key, month, unit, currency
ORDER BY source, lowerUTF8(operator), month, unit, currency
