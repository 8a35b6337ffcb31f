-- What there is of each source: rows are source records behind at least one standing fact, each once.
-- uses: matching, latest, standing, refused, named, exposed, counted, transactions, certified
WITH
    filed AS MATERIALIZED
    (
        SELECT source, org, report_id, version, nil, native_sha, native_ordinal, edition, typed_hash FROM standing
        WHERE (org, report_id) IN (SELECT org, report_id FROM matching)
            -- a standing nil return has a source, a publisher and a reporter, and nothing else to be filtered by
            OR (concat({state:String}, {driver:String}, {class:String}, {item:String}, {version:String}, {from:String},
                    {to:String}, {certificate:String}) = ''
                AND (org, report_id) NOT IN (SELECT org, report_id FROM latest)
                AND ({org:String} = '' OR org = {org:String}) AND ({edition:String} = '' OR edition = {edition:String})
                AND ({operator:String} = '' OR (source, reporter_scheme, reporter_id, reporter) IN
                    (SELECT n_source, n_scheme, n_id, n_name FROM named WHERE n_asked > 0)))
    ),
    records AS MATERIALIZED
    (
        SELECT source, kind, id, native_ordinal, edition, native_sha,
            -- what was published without a file behind it is itself the source's record
            native_sha = toFixedString('', 32) ? concat(kind, '/', id) : '' AS itself
        FROM
        (
            SELECT source, 'report' AS kind, concat(org, '/', report_id, '/', toString(version)) AS id, native_sha, native_ordinal, edition
            FROM filed
            UNION ALL SELECT source, 'exposure', concat(org, '/', report_id), native_sha, native_ordinal, edition FROM exposed
            UNION ALL SELECT source, 'count', concat(org, '/', report_id), native_sha, native_ordinal, edition FROM counted
            UNION ALL SELECT source, 'claim', concat(org, '/', claim_ref), native_sha, native_ordinal, edition FROM transactions
            UNION ALL SELECT source, 'certificate', concat(org, '/', certificate_id), native_sha, native_ordinal, edition FROM certified
        )
        WHERE {source:String} = '' OR source = {source:String}
    )
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
