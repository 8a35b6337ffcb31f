-- uses: matching, latest, hidden
-- The occurrences with a report that the filters let through; an occurrence is seen when all versions of all its reports
-- may be seen, because what is held of it rests on them.
SELECT *, indexOf({ranks}, severity) AS rank
FROM
(
    SELECT org, source, lead, occurrence_id, f, t, status, members, severity, month, near_miss, reporters, voices, copies,
        conflicting_fields
    FROM {states} FINAL
    ARRAY JOIN states.valid_from AS f, states.valid_to AS t, states.status AS status, states.members AS members,
        states.severity AS severity, states.month AS month, states.near_miss AS near_miss, states.reporters AS reporters,
        states.voices AS voices, states.copies AS copies, states.conflicting_fields AS conflicting_fields
)
WHERE f <= {moment:Int64} AND {moment:Int64} < t AND status = 'LIVE'
    AND occurrence_id IN (SELECT occurrence_id FROM matching)
    AND ({scope_org:String} = '*' OR arrayAll(m -> (m.org, m.report_id) IN (SELECT org, report_id FROM latest)
        AND (m.org, m.report_id) NOT IN (SELECT org, report_id FROM hidden), members))
