-- What there is of each source: rows are source records behind at least one standing fact, each once.
-- uses: matching, standing, refused
SELECT source, filed.n_rows AS rows, filed.n_versions AS versions, counted.n_reports AS reports,
    counted.n_occurrences AS occurrences, filed.n_nil AS nil_returns, faulty.n_faults AS faults,
    filed.n_silent AS silent_changes, filed.n_reserialised AS reserialised
FROM
(
    SELECT DISTINCT source FROM (SELECT source FROM standing UNION ALL SELECT source FROM refused WHERE source != '')
    WHERE {source:String} = '' OR source = {source:String}
) AS known
LEFT JOIN
(
    SELECT source, sum(natives) AS n_rows, countIf(NOT nil_only) AS n_versions, sum(nils) AS n_nil,
        countIf(typed > 1) AS n_silent, sum(natives - typed) AS n_reserialised
    FROM
    (
        SELECT source, org, report_id, version, uniqExact(native_sha, native_ordinal, edition) AS natives,
            uniqExact(typed_hash) AS typed, min(nil) = 1 AS nil_only,
            uniqExactIf((native_sha, native_ordinal), nil = 1) AS nils
        FROM standing
        WHERE (org, report_id) IN (SELECT org, report_id FROM matching) OR nil = 1
        GROUP BY source, org, report_id, version
    )
    GROUP BY source
) AS filed USING (source)
LEFT JOIN
(
    SELECT source, uniqExact(org, report_id) AS n_reports, uniqExact(occurrence_id) AS n_occurrences
    FROM matching GROUP BY source
) AS counted USING (source)
LEFT JOIN (SELECT source, count() AS n_faults FROM refused GROUP BY source) AS faulty USING (source)
ORDER BY source
