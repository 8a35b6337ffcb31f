-- Every version of a report, nil returns included, and what each changed.
-- uses: standing, latest, matching, named
WITH
    terms.codes[1] AS codes,
    [('nil', toString(nil)), ('stage', stage), ('class', class), ('harms.physical', severity), ('occurred', occurred_text),
        ('aware', aware_text), ('place.state', state), ('place.city', city), ('tokens', toString(tokens)),
        ('items', toString(items)), ('parties.operator', toString(operators)), ('copy_of', toString(is_copy))] AS said
SELECT s.report_id AS report_id, version,
    formatDateTime(fromUnixTimestamp64Micro(recorded, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS recorded_at,
    submitted_text AS submitted, severity, changed_fields, nil::Bool AS nil, reporter, m.occurrence_id AS occurrence_id, org,
    count() OVER () AS total
FROM
(
    SELECT org, report_id, version, recorded, submitted_text, severity, nil, reporter, p, o,
        lagInFrame(said) OVER w AS said_before, lagInFrame(codes) OVER w AS codes_before, row_number() OVER w AS place,
        place = 1 ? [] : arrayConcat(
            arrayMap(x -> x.1.1, arrayFilter(x -> x.1.2 != x.2.2, arrayZip(said, said_before))),
            arrayMap(k -> concat('terms.', k), arrayFilter(k -> codes[k] != codes_before[k],
                arraySort(arrayDistinct(arrayConcat(mapKeys(codes), mapKeys(codes_before))))))) AS changed_fields
    FROM standing
    WHERE ({report_id:String} = '' OR report_id = {report_id:String})
        AND ({source:String} = '' OR source = {source:String}) AND ({org:String} = '' OR org = {org:String})
        AND ({operator:String} = '' OR (source, reporter_scheme, reporter_id, reporter) IN
            (SELECT n_source, n_scheme, n_id, n_name FROM named WHERE n_asked > 0))
        -- what can only be told of a report in its latest version; a standing nil return has none
        AND (concat({edition:String}, {state:String}, {driver:String}, {class:String}, {item:String}, {version:String},
                {from:String}, {to:String}) = ''
            OR (org, report_id) IN (SELECT org, report_id FROM matching))
    WINDOW w AS (PARTITION BY org, report_id ORDER BY version, recorded, p, o ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
) AS s
LEFT JOIN (SELECT org, report_id, occurrence_id FROM latest) AS m ON m.org = s.org AND m.report_id = s.report_id
ORDER BY report_id, org, version, recorded, p, o
LIMIT {limit:UInt64} OFFSET {offset:UInt64}
