-- Which report belongs to which occurrence at the moment asked for.
SELECT occurrence_id, m.org AS org, m.report_id AS report_id
FROM
(
    SELECT occurrence_id, arrayJoin(members) AS m
    FROM
    (
        SELECT occurrence_id, f, t, status, members FROM {states} FINAL
        ARRAY JOIN states.valid_from AS f, states.valid_to AS t, states.status AS status, states.members AS members
    )
    WHERE f <= {moment:Int64} AND {moment:Int64} < t AND status = 'LIVE'
)
