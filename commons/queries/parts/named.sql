-- uses: identified
-- columns: n_source String, n_scheme String, n_id String, n_name String, n_party_id String, n_party String, n_since Int64, n_asked UInt8
-- Every way in which a source names an operator or holder, with the party that it is and whether `operator` asks for it:
-- 2 by this id or name itself, 1 through its party. An id asks for that id alone: a permit is not all of its holder.
WITH
    lowerUTF8({operator:String}) AS wanted,
    (SELECT groupUniqArray(scheme) FROM spelled WHERE id != '') AS schemes,
    wanted IN (SELECT lowerUTF8(id) FROM spelled WHERE id != '')
        OR wanted IN (SELECT lowerUTF8(value) FROM identified WHERE has(schemes, scheme)) AS is_id,
    spelled AS
    (
        SELECT source, reporter_scheme AS scheme, reporter_id AS id, reporter AS name FROM reports_g{g}
        UNION DISTINCT SELECT source, operator_scheme, operator_id, operator FROM exposures_g{g}
        UNION DISTINCT SELECT source, operator_scheme, operator_id, operator FROM near_miss_counts_g{g}
        UNION DISTINCT SELECT source, operator_scheme, operator_id, operator FROM claim_transactions_g{g}
        UNION DISTINCT SELECT source, holder_scheme, holder_id, holder FROM certificates_g{g}
    )
SELECT n_source, n_scheme, n_id, n_name, found.1 AS n_party_id, found.2 AS n_party, found.3 AS n_since,
    multiIf(wanted = '', 2,
        is_id, 2 * (lowerUTF8(n_id) = wanted),
        lowerUTF8(n_name) = wanted, 2,
        n_party_id != '' AND (n_party_id = wanted OR lowerUTF8(n_party) = wanted
            OR n_party_id IN (SELECT party_id FROM identified WHERE lowerUTF8(value) = wanted)), 1, 0) AS n_asked
FROM
(
    -- the id says more than the name, and what is meant in one source more than what is meant in all
    SELECT n_source, n_scheme, n_id, n_name, argMinIf((party_id, party, since), place, party_id != '') AS found
    FROM
    (
        SELECT source AS n_source, scheme AS n_scheme, id AS n_id, name AS n_name, at.1 AS place, at.2 AS s_source,
            at.3 AS s_scheme, at.4 AS s_value
        FROM spelled
        ARRAY JOIN [(1, source, scheme, id), (2, '', scheme, id), (3, source, 'name', name), (4, '', 'name', name)] AS at
    ) AS looked_up
    LEFT JOIN identified ON in_source = s_source AND scheme = s_scheme AND value = s_value
    GROUP BY n_source, n_scheme, n_id, n_name
)
