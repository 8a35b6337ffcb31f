-- Reports and occurrences by coded value of one dimension of the form, as filed; an empty cell is NOT_REPORTED.
-- uses: matching
SELECT dimension, code, count() AS reports, uniqExact(occurrence_id) AS occurrences
FROM
(
    SELECT org, report_id, occurrence_id, dimension, arrayJoin(empty(codes) ? ['NOT_REPORTED'] : codes) AS code
    FROM
    (
        SELECT org, report_id, occurrence_id, edition, known.dimension AS dimension,
            arrayDistinct(arrayFlatten(arrayMap(t -> t.codes[known.dimension], terms))) AS codes
        FROM matching
        INNER JOIN
        (
            -- a form that never has the dimension has no empty cell in it either
            SELECT DISTINCT source, edition, arrayJoin(arrayFlatten(arrayMap(t -> mapKeys(t.codes), terms))) AS dimension
            FROM matching
        ) AS known ON known.source = matching.source AND known.edition = matching.edition
        WHERE {dimension:String} = '' OR known.dimension = {dimension:String}
    )
)
GROUP BY dimension, code
ORDER BY dimension, reports DESC, code
