-- Which spelling or id is which party. Names follow what this hub has recorded, whatever is asked of the filing clock.
SELECT in_source, scheme, value, said.1 AS party_id, said.2 AS party, said.3 AS since
FROM
(
    SELECT in_source, scheme, value, argMax((party_id, name, since, identified), (recorded, p, o)) AS said
    FROM parties_g{g} FINAL
    WHERE recorded <= {as_of:Int64} AND o < {ends:Array(Int64)}[indexOf({places:Array(String)}, concat(topic, '/', toString(p)))]
        AND (topic, p, o) IN
            (SELECT topic, p, o FROM facts_g{g} FINAL WHERE ce_type = 'PartyIdentified')
    GROUP BY in_source, scheme, value
)
WHERE said.4 = 1
