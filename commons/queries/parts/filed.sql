-- uses: matching, latest, named, standing
-- The versions of the reports that the filters let through, nil returns among them.
SELECT source, org, report_id, version, nil, native_sha, native_ordinal, edition, typed_hash FROM standing
WHERE (org, report_id) IN (SELECT org, report_id FROM matching)
    -- a standing nil return has a source, a publisher and a reporter, and nothing else to be filtered by
    OR (concat({state:String}, {driver:String}, {class:String}, {item:String}, {version:String}, {from:String},
            {to:String}, {certificate:String}) = ''
        AND (org, report_id) NOT IN (SELECT org, report_id FROM latest)
        AND ({org:String} = '' OR org = {org:String}) AND ({edition:String} = '' OR edition = {edition:String})
        AND ({operator:String} = '' OR (source, reporter_scheme, reporter_id, reporter) IN
            (SELECT n_source, n_scheme, n_id, n_name FROM named WHERE n_asked > 0)))
