-- uses: seen, named, taken_back
-- What stands of a table of figures and the filters let through, in the latest versions; see exposed and counted.
SELECT e.*, n_party AS party_said, n_since <= period_from AND n_party_id != '' AS known, known ? n_party : '' AS party,
    multiIf(operator_id != '', concat('id:', operator_id), known, concat('party:', n_party_id),
        operator != '', concat('name:', operator), '') AS operator_key,
    operator_id != '' ? operator_id : operator AS filed
FROM
(
    SELECT source, org, report_id, version, recorded, p, o, reporter, {figures},
        period_text, period_from, period_to, operator, operator_scheme, operator_id, permit, driver_present, state, item,
        software_version, line, coverage, missing, native_sha, native_ordinal, edition
    FROM {table}_g{g} AS r FINAL
    LEFT JOIN taken_back ON t_org = r.org AND t_report = r.report_id
    WHERE r.recorded <= {as_of:Int64} AND r.filed_to <= {filed_by:Int64}
        AND r.o < {ends:Array(Int64)}[indexOf({places:Array(String)}, concat(r.topic, '/', toString(r.p)))]
        AND r.recorded > t_at
        AND (r.topic, r.p, r.o) IN (SELECT topic, p, o FROM seen WHERE ce_type = '{type}')
    ORDER BY version DESC, recorded DESC, p DESC, o DESC
    LIMIT 1 BY org, report_id
) AS e
LEFT JOIN named ON n_source = source AND n_scheme = operator_scheme AND n_id = operator_id AND n_name = operator
WHERE ({org:String} = '' OR org = {org:String})
    AND (n_asked = 2 OR (n_asked = 1 AND known))
    AND ({from:String} = '' OR period_from >= {from_at:Int64}) AND ({to:String} = '' OR period_to <= {to_at:Int64})
    AND ({state:String} = '' OR state = if({state:String} = 'NOT_REPORTED', '', {state:String}))
    -- what is not told apart by the driver is of any
    AND ({driver:String} = '' OR driver_present != ({driver:String} = 'None' ? 'PRESENT' : 'ABSENT'))
    AND ({certificate:String} = '' OR permit IN ({certificate:String}, splitByChar(':', {certificate:String})[-1]))
    AND ({item:String} = '' OR arrayExists(i -> lowerUTF8(i) = lowerUTF8({item:String}), item))
    AND ({version:String} = '' OR software_version = {version:String})
