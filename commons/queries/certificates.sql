-- Certificates, clearances and permits, each in the state of its latest change; from and to filter by the first validity.
-- uses: certified
SELECT certificate, scheme, holder, item[1] AS item,
    multiIf(change IN ('SUSPENDED', 'WITHDRAWN'), change,
        valid_to_to IS NOT NULL AND valid_to_to <= least({as_of:Int64}, {filed_by:Int64}), 'EXPIRED',
        change IN ('ISSUED', 'RENEWED', 'REINSTATED'), 'VALID', change) AS status,
    valid_from_text = '' ? 'NOT_REPORTED' : valid_from_text AS valid_from, valid_to_text AS valid_to, change AS last_change,
    effective_text AS effective, changes, issuer, party, product_codes, certificate_id, source, org,
    count() OVER () AS total
FROM certified
ORDER BY source, certificate, org
LIMIT {limit:UInt64} OFFSET {offset:UInt64}
