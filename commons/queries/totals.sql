-- What there is of each source: rows are source records behind at least one standing fact, each once.
-- uses: matching, latest, standing, refused, named
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
        WHERE (org, report_id) IN (SELECT org, report_id FROM matching)
            -- a standing nil return has a source, a publisher and a reporter, and nothing else to be filtered by
            OR (concat({state:String}, {driver:String}, {class:String}, {item:String}, {version:String}, {from:String},
                    {to:String}) = ''
                AND (org, report_id) NOT IN (SELECT org, report_id FROM latest)
                AND ({org:String} = '' OR org = {org:String}) AND ({edition:String} = '' OR edition = {edition:String})
                AND ({operator:String} = '' OR (source, reporter_scheme, reporter_id, reporter) IN
                    (SELECT n_source, n_scheme, n_id, n_name FROM named WHERE n_asked > 0)))
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
