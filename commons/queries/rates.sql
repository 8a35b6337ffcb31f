-- Events per unit of exposure, with exact (Garwood) 95 % limits, and the rate again at the exposure's own bounds.
-- events reports, occurrences, near_misses or claims; by operator, party, month or year. Numerator and denominator cover the
-- same months of the same operators: what lies outside is named. Events filed under the same identifier as the exposure
-- (a permit) belong to it whatever their date.
-- uses: happened, pool, covered, windows, series_breaks
-- then: rates
WITH
    indexOf({ranks}, {severity_from:String}) AS floor,
    pairs AS MATERIALIZED
    (
        SELECT DISTINCT source, x_source, unit, currency FROM covered
        UNION DISTINCT
        SELECT {source:String}, x_source, unit, currency FROM pool CROSS JOIN (SELECT count() AS seen FROM happened) AS any_event WHERE seen = 0
    ),
    counted_events AS MATERIALIZED
    (
        SELECT source, x_source, unit, currency,
            multiIf({by:String} = 'operator', x_key, {by:String} = 'party', x_party != '' ? x_party : x_filed,
                {by:String} = 'month', x_month, {by:String} = 'year', substring(x_month, 1, 4), '') AS g,
            id, n, rank, month, 0 AS is_outside
        FROM covered
        UNION ALL
        SELECT p.source, x_source, unit, currency,
            multiIf(s_key = '' OR {by:String} IN ('month', 'year'), '-', {by:String} = 'operator', s_key,
                {by:String} = 'party', s_party, '') AS g,
            id, n, rank, month, 1
        FROM happened AS h
        INNER JOIN pairs AS p ON p.source = h.source
        LEFT JOIN
        (
            SELECT DISTINCT x_source AS s_source, unit AS s_unit, currency AS s_currency, x_key AS s_key,
                x_party != '' ? x_party : x_filed AS s_party
            FROM pool WHERE startsWith(x_key, 'id:')
        ) AS s ON s_source = x_source AND s_unit = unit AND s_currency = currency AND s_key = operator_key
        LEFT ANTI JOIN
        (
            SELECT source AS c_source, x_source AS c_x_source, unit AS c_unit, currency AS c_currency, id AS c_id,
                operator_key AS c_key
            FROM covered
        ) AS c ON c_source = h.source AND c_x_source = x_source AND c_unit = unit AND c_currency = currency AND c_id = id
            AND c_key = operator_key
    ),
    exposure_groups AS MATERIALIZED
    (
        SELECT source, x_source, unit, currency,
            multiIf({by:String} = 'operator', x_key, {by:String} = 'party', x_party != '' ? x_party : x_filed,
                {by:String} = 'month', x_month, {by:String} = 'year', substring(x_month, 1, 4), '') AS g,
            {by:String} = 'operator' ? any(x_filed) : g AS label,
            sumIf(amount, inside) AS exposure, sumIf(low, inside) AS exposure_low, sumIf(high, inside) AS exposure_high,
            countIf(inside AND low IS NULL) > 0 OR maxIf(has_bounds, inside) = 0 AS unbounded, arraySort(groupUniqArrayArrayIf(bases, inside)) AS basis,
            minIf(period_from, inside) AS first, maxIf(period_to, inside) AS last,
            minIf(x_month, inside) AS from_month, maxIf(x_month, inside) AS to_month,
            arraySort(groupUniqArrayIf(x_month, NOT inside)) AS exposure_left_out
        FROM (SELECT *, w_source = '' OR (period_from < closes AND period_to > opens) AS inside
            FROM pairs AS p INNER JOIN pool USING (x_source, unit, currency)
            LEFT JOIN (SELECT source AS w_source, opens, closes FROM windows) AS w ON w_source = p.source)
        GROUP BY source, x_source, unit, currency, g
        HAVING countIf(inside) > 0
    )
SELECT label AS group, events, exposure, unit, arrayStringConcat(basis, ', ') AS basis,
    unbounded ? NULL : exposure_low AS exposure_low, unbounded ? NULL : exposure_high AS exposure_high, currency,
    events_if_unknown, source, x_source AS exposure_source, from_month, to_month,
    months_outside, outside_counted, left_out, exposure_left_out,
    arrayFirst(b -> substring(b, 1, 7) > from_month AND substring(b, 1, 7) <= to_month, breaks) AS series_break
FROM exposure_groups AS x
LEFT JOIN
(
    SELECT source, x_source, unit, currency, g,
        arraySum(e -> e.2, groupUniqArrayIf((id, n), rank >= floor)) AS events,
        arraySum(e -> e.2, groupUniqArrayIf((id, n), rank >= floor OR rank = 2)) AS events_if_unknown,
        arraySum(e -> e.2, groupUniqArrayIf((id, n), rank >= floor AND is_outside)) AS outside_counted
    FROM counted_events GROUP BY source, x_source, unit, currency, g
) AS e USING (source, x_source, unit, currency, g)
LEFT JOIN
(
    SELECT source, x_source, unit, currency,
        arraySum(e -> e.2, groupUniqArrayIf((id, n), rank >= floor AND g = '-')) AS left_out,
        arraySort(groupUniqArrayIf(month = '' ? 'NOT_REPORTED' : month, rank >= floor AND is_outside)) AS months_outside
    FROM counted_events GROUP BY source, x_source, unit, currency
) AS o USING (source, x_source, unit, currency)
LEFT JOIN (SELECT source, groupArray(since) AS breaks FROM series_breaks GROUP BY source) AS b USING (source)
ORDER BY source, exposure_source, unit, currency, lowerUTF8(group)
