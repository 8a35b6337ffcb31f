-- Events per unit of exposure, with exact (Garwood) 95 % limits, and the rate again at the exposure's own bounds.
-- events reports, occurrences, near_misses or claims; by operator, party, month or year. Numerator and denominator cover the
-- same months of the same operators: what lies outside is named. Events filed under the same identifier as the exposure
-- (a permit) belong to it whatever their date.
-- uses: happened, pool, windows, series_breaks
-- then: rates
WITH
    indexOf({ranks}, {severity_from:String}) AS floor,
    judged AS MATERIALIZED
    (
        -- every event against every exposure: `covered` when it lies in a period of it, `together` when filed with it
        SELECT h.source AS source, series.x_source AS x_source, series.unit AS unit, series.currency AS currency, id, n, rank, month,
            real, x.there AS covered, NOT covered AND t.there AS together,
            multiIf({by:String} = 'operator', covered ? x.x_key : h.operator_key,
                {by:String} = 'party', covered ? x.group_party : t.group_party,
                {by:String} = 'month', x.x_month, {by:String} = 'year', substring(x.x_month, 1, 4), '') AS g
        FROM
        (
            SELECT source, operator_key, first, after, month, id, n, rank, 1 AS real FROM happened
            -- no event at all is an answer too
            UNION ALL SELECT {source:String}, '', NULL, NULL, '', '', 0, 0, 0
        ) AS h
        CROSS JOIN
        (
            SELECT x_source, unit, currency, min(x_key = '') AS untold FROM pool GROUP BY x_source, unit, currency
        ) AS series
        LEFT JOIN
        (
            SELECT x_source, unit, currency, x_key, x_month, period_from, period_to, x_party != '' ? x_party : x_filed AS group_party,
                1 AS there
            FROM pool
        ) AS x ON x.x_source = series.x_source AND x.unit = series.unit AND x.currency = series.currency
            AND x.x_key = (series.untold ? '' : h.operator_key) AND x.period_from <= h.first AND h.after <= x.period_to
        LEFT JOIN
        (
            SELECT DISTINCT x_source, unit, currency, x_key, x_party != '' ? x_party : x_filed AS group_party, 1 AS there
            FROM pool WHERE startsWith(x_key, 'id:') AND {by:String} NOT IN ('month', 'year')
        ) AS t ON t.x_source = series.x_source AND t.unit = series.unit AND t.currency = series.currency
            AND t.x_key = h.operator_key
    ),
    pairs AS MATERIALIZED
    (
        SELECT source, x_source, unit, currency, groupArray((g, n_events, n_if_unknown, n_outside)) AS counts,
            sum(n_left_out) AS left_out, arraySort(arrayDistinct(groupArrayArray(outside))) AS months_outside, max(source) OVER () AS any_source
        FROM
        (
            SELECT source, x_source, unit, currency, covered OR together ? g : '-' AS g, max(covered) AS met, max(real) AS any_event,
                arraySum(e -> e.2, groupUniqArrayIf((id, n), rank >= floor AND (covered OR together))) AS n_events,
                arraySum(e -> e.2, groupUniqArrayIf((id, n), (rank >= floor OR rank = 2) AND (covered OR together))) AS n_if_unknown,
                arraySum(e -> e.2, groupUniqArrayIf((id, n), rank >= floor AND together)) AS n_outside,
                arraySum(e -> e.2, groupUniqArrayIf((id, n), rank >= floor AND NOT covered AND NOT together)) AS n_left_out,
                groupUniqArrayIf(month = '' ? 'NOT_REPORTED' : month, rank >= floor AND NOT covered AND real = 1) AS outside
            FROM judged GROUP BY source, x_source, unit, currency, g
        )
        GROUP BY source, x_source, unit, currency
        HAVING max(met) = 1 OR max(any_event) = 0
    )
SELECT label AS group, event_count.2 AS events, exposure, unit, arrayStringConcat(basis, ', ') AS basis,
    unbounded ? NULL : low_sum AS exposure_low, unbounded ? NULL : high_sum AS exposure_high, currency,
    event_count.3 AS events_if_unknown, source, x_source AS exposure_source, from_month, to_month,
    months_outside, event_count.4 AS outside_counted, left_out, exposure_left_out,
    arrayFirst(b -> substring(b.1, 1, 7) > from_month AND substring(b.1, 1, 7) <= to_month, breaks).1 AS series_break,
    arrayFirst(b -> b.1 = series_break, breaks).2 AS break_reason
FROM
(
    SELECT source, x_source, unit, currency, any(counts) AS all_counts, any(left_out) AS left_out, any(months_outside) AS months_outside,
        multiIf({by:String} = 'operator', x_key, {by:String} = 'party', x_party != '' ? x_party : x_filed,
            {by:String} = 'month', x_month, {by:String} = 'year', substring(x_month, 1, 4), '') AS g,
        {by:String} = 'operator' ? any(x_filed) : g AS label, arrayFirst(c -> c.1 = g, all_counts) AS event_count,
        sumIf(amount, inside) AS exposure, sumIf(low, inside) AS low_sum, sumIf(high, inside) AS high_sum,
        countIf(inside AND low IS NULL) > 0 OR maxIf(has_bounds, inside) = 0 AS unbounded,
        arraySort(groupUniqArrayArrayIf(bases, inside)) AS basis,
        minIf(x_month, inside) AS from_month, maxIf(x_month, inside) AS to_month,
        arraySort(groupUniqArrayIf(x_month, NOT inside)) AS exposure_left_out
    FROM
    (
        SELECT *, w_source = '' OR (period_from < closes AND period_to > opens) AS inside
        FROM (SELECT * FROM pairs WHERE source != '' OR any_source = '') AS p
        INNER JOIN pool USING (x_source, unit, currency)
        LEFT JOIN (SELECT source AS w_source, opens, closes FROM windows) AS w ON w_source = source
    )
    GROUP BY source, x_source, unit, currency, g
    HAVING countIf(inside) > 0
) AS x
LEFT JOIN (SELECT source, groupArray((since, reason)) AS breaks FROM series_breaks GROUP BY source) AS b USING (source)
ORDER BY source, exposure_source, unit, currency, lowerUTF8(group)
