-- Where an occurrence's id leads now: to itself, to the occurrence it was merged into, or to nothing that stands.
-- uses: latest
WITH
    (SELECT groupArray(occurrence_id) FROM latest) AS seen
SELECT {occurrence_id:String} AS asked, if(status = 'LIVE', id, to_id) AS occurrence_id, status,
    formatDateTime(fromUnixTimestamp64Micro(f, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS since
FROM
(
    SELECT occurrence_id AS id, f, t, status, to_id FROM {states} FINAL
    ARRAY JOIN states.valid_from AS f, states.valid_to AS t, states.status AS status, states.to_id AS to_id
)
WHERE id = {occurrence_id:String} AND f <= {moment:Int64} AND {moment:Int64} < t
    AND ({scope_org:String} = '*' OR has(seen, if(status = 'LIVE', id, to_id)))
