-- What was given of each publisher's records to others, and which of its reports were opened one by one.
SELECT owner, at, reader, reader_role, purpose, query, arrayMap(r -> r.report_id, arrayFilter(r -> r.org = owner, reports)) AS report_ids,
    sections, given, access_id
FROM accesses_g{g} AS a FINAL
LEFT ARRAY JOIN owners AS owner
WHERE recorded <= {as_of:Int64}
    AND o < {ends:Array(Int64)}[indexOf({places:Array(String)}, concat(topic, '/', toString(p)))]
    AND (topic, p, o) IN (SELECT topic, p, o FROM facts_g{g} FINAL WHERE ce_type = 'AccessRecorded')
