-- uses: standing
-- What the versions of a report say together: how many, and how the first that is no nil return differs from the last.
SELECT org, report_id, uniqExactIf(version, nil = 0) AS versions,
    argMinIf(severity, (version, recorded, p, o), nil = 0) AS first_severity,
    argMinIf(submitted_text, (version, recorded, p, o), nil = 0) AS first_submitted,
    argMinIf(recorded, (version, recorded, p, o), nil = 0) AS first_recorded
FROM standing
GROUP BY org, report_id
