-- Who is registered, in which roles, and what was heard of each so far: nothing, for a member that never published.
-- uses: seen
SELECT member AS org, said.1 AS name, said.2 AS roles, said.3 AS status,
    formatDateTime(fromUnixTimestamp64Micro(registered, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS registered_at, heard.n AS events,
    heard.n = 0 ? '' : formatDateTime(fromUnixTimestamp64Micro(heard.last, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS last_recorded_at
FROM
(
    SELECT member, argMax((name, roles, status), (recorded, p, o)) AS said, min(recorded) AS registered
    FROM participants_g{g} FINAL
    WHERE recorded <= {as_of:Int64} AND o < {ends:Array(Int64)}[indexOf({places:Array(String)}, concat(topic, '/', toString(p)))]
        AND (topic, p, o) IN (SELECT topic, p, o FROM seen)
    GROUP BY member
) AS known
LEFT JOIN
(
    SELECT org, count() AS n, max(recorded) AS last FROM facts_g{g} FINAL
    WHERE recorded <= {as_of:Int64} AND o < {ends:Array(Int64)}[indexOf({places:Array(String)}, concat(topic, '/', toString(p)))]
        AND (topic, p, o) IN (SELECT topic, p, o FROM seen)
    GROUP BY org
) AS heard ON heard.org = member
WHERE {org:String} = '' OR member = {org:String}
ORDER BY member
