-- uses: seen, named
-- Each certificate with its latest change, for those that the filters let through; from and to are of the valid-from.
SELECT c.*, number != '' ? number : certificate_id AS certificate,
    n_party_id != '' ? n_party : '' AS party
FROM
(
    SELECT org, source, certificate_id, number, change, scheme, issuer, holder, holder_scheme, holder_id, item, product_codes,
        effective_text, effective_from, valid_from_text, valid_from_from, valid_to_text, valid_to_to, recorded, missing,
        native_sha, native_ordinal, edition,
        count() OVER (PARTITION BY org, certificate_id) AS changes,
        coalesce(effective_from, valid_from_from, recorded) AS since
    FROM certificates_g{g} AS r FINAL
    WHERE r.recorded <= {as_of:Int64} AND r.filed_to <= {filed_by:Int64}
        AND r.o < {ends:Array(Int64)}[indexOf({places:Array(String)}, concat(r.topic, '/', toString(r.p)))]
        AND (r.topic, r.p, r.o) IN (SELECT topic, p, o FROM seen WHERE ce_type = 'CertificateChanged')
    ORDER BY since DESC, recorded DESC, p DESC, o DESC
    LIMIT 1 BY org, certificate_id
) AS c
LEFT JOIN named ON n_source = source AND n_scheme = holder_scheme AND n_id = holder_id AND n_name = holder
WHERE ({source:String} = '' OR source = {source:String}) AND ({org:String} = '' OR org = {org:String})
    AND n_asked > 0
    AND ({certificate:String} = '' OR {certificate:String} IN (number, certificate_id))
    AND ({item:String} = '' OR arrayExists(i -> lowerUTF8(i) = lowerUTF8({item:String}), arrayConcat(item, product_codes)))
    AND ({from:String} = '' OR valid_from_from >= {from_at:Int64}) AND ({to:String} = '' OR valid_from_from < {to_at:Int64})
