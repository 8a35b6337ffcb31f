-- What there is of each source: rows are source records behind at least one standing fact, each once.
-- uses: matching, standing, filed, records, refused
SELECT source, each.n_rows AS rows, versioned.n_versions AS versions, reported.n_reports AS reports,
    reported.n_occurrences AS occurrences, versioned.n_nil AS nil_returns, faulty.n_faults AS faults,
    versioned.n_silent AS silent_changes, versioned.n_reserialised AS reserialised, each.n_exposures AS exposures,
    each.n_counts AS near_miss_counts, each.n_claims AS claims, each.n_certificates AS certificates
FROM
(
    SELECT DISTINCT source FROM (SELECT source FROM standing UNION ALL SELECT source FROM records
        UNION ALL SELECT source FROM refused WHERE source != '')
    WHERE {source:String} = '' OR source = {source:String}
) AS known
LEFT JOIN
(
    SELECT source, uniqExact(native_sha, native_ordinal, edition, itself) AS n_rows,
        uniqExactIf(id, kind = 'exposure') AS n_exposures, uniqExactIf(id, kind = 'count') AS n_counts,
        uniqExactIf(id, kind = 'claim') AS n_claims, uniqExactIf(id, kind = 'certificate') AS n_certificates
    FROM records GROUP BY source
) AS each USING (source)
LEFT JOIN
(
    SELECT source, countIf(NOT nil_only) AS n_versions, sum(nils) AS n_nil, countIf(typed > 1) AS n_silent,
        sum(natives - typed) AS n_reserialised
    FROM
    (
        SELECT source, org, report_id, version, uniqExact(native_sha, native_ordinal, edition) AS natives,
            uniqExact(typed_hash) AS typed, min(nil) = 1 AS nil_only,
            uniqExactIf((native_sha, native_ordinal), nil = 1) AS nils
        FROM filed
        GROUP BY source, org, report_id, version
    )
    GROUP BY source
) AS versioned USING (source)
LEFT JOIN
(
    SELECT source, uniqExact(org, report_id) AS n_reports, uniqExact(occurrence_id) AS n_occurrences
    FROM matching GROUP BY source
) AS reported USING (source)
LEFT JOIN (SELECT source, count() AS n_faults FROM refused GROUP BY source) AS faulty USING (source)
ORDER BY source
