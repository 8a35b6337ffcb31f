-- uses: happened, pool
-- Events with the exposure in whose period they lie, under the same operator or where the exposure tells none apart.
SELECT h.source AS source, x_source, unit, currency, h.operator_key AS operator_key, h.id AS id, h.n AS n, h.rank AS rank,
    h.month AS month, x_key, x_month, x_filed, x_party
FROM (SELECT *, arrayJoin(arrayDistinct([operator_key, ''])) AS k FROM happened WHERE first IS NOT NULL) AS h
INNER JOIN pool ON x_key = k AND period_from <= assumeNotNull(h.first) AND assumeNotNull(h.after) <= period_to
