-- What each member sent from each source, counted as in totals, and what became of it: faults, and when it first and last came.
-- Rows that an adapter refused are no events: they lie in the reject file of whoever published, and no hub knows of them.
-- uses: matching, filed, records, refused, arrived
SELECT org, source, each.n_rows AS rows, versioned.n_versions AS versions, reported.n_reports AS reports,
    versioned.n_nil AS nil_returns, each.n_exposures AS exposures, each.n_counts AS near_miss_counts, each.n_claims AS claims,
    each.n_certificates AS certificates, came.n_obligations AS obligations, came.n_events AS events, faulty.n_faults AS faults,
    versioned.n_silent AS silent_changes, came.editions AS editions, came.first_at AS first_recorded_at,
    came.last_at AS last_recorded_at
FROM
(
    SELECT DISTINCT org, source FROM (SELECT org, source FROM arrived UNION ALL SELECT org, source FROM refused)
    WHERE ({source:String} = '' OR source = {source:String}) AND ({org:String} = '' OR org = {org:String})
) AS known
LEFT JOIN
(
    SELECT org, source, uniqExact(native_sha, native_ordinal, edition, itself) AS n_rows,
        uniqExactIf(id, kind = 'exposure') AS n_exposures, uniqExactIf(id, kind = 'count') AS n_counts,
        uniqExactIf(id, kind = 'claim') AS n_claims, uniqExactIf(id, kind = 'certificate') AS n_certificates
    FROM records GROUP BY org, source
) AS each USING (org, source)
LEFT JOIN
(
    SELECT org, source, countIf(NOT nil_only) AS n_versions, sum(nils) AS n_nil, countIf(typed > 1) AS n_silent
    FROM
    (
        SELECT org, source, report_id, version, uniqExact(typed_hash) AS typed, min(nil) = 1 AS nil_only,
            uniqExactIf((native_sha, native_ordinal), nil = 1) AS nils
        FROM filed GROUP BY org, source, report_id, version
    )
    GROUP BY org, source
) AS versioned USING (org, source)
LEFT JOIN (SELECT org, source, uniqExact(report_id) AS n_reports FROM matching GROUP BY org, source) AS reported USING (org, source)
LEFT JOIN
(
    SELECT org, source, count() AS n_events, countIf(event_type = 'ObligationSet') AS n_obligations,
        arraySort(groupUniqArrayIf(edition, edition != '')) AS editions,
        formatDateTime(fromUnixTimestamp64Micro(min(recorded), 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS first_at,
        formatDateTime(fromUnixTimestamp64Micro(max(recorded), 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS last_at
    FROM arrived GROUP BY org, source
) AS came USING (org, source)
LEFT JOIN (SELECT org, source, count() AS n_faults FROM refused GROUP BY org, source) AS faulty USING (org, source)
ORDER BY org, source
