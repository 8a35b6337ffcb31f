-- uses: seen, taken_back
-- inlined
-- Reports with a standing version that the reader may not see: what is held of their occurrences rests on it.
SELECT DISTINCT r.org AS org, r.report_id AS report_id
FROM reports_g{g} AS r FINAL
LEFT JOIN taken_back ON t_org = r.org AND t_report = r.report_id
WHERE {scope_org:String} != '*' AND r.recorded <= {as_of:Int64} AND r.filed_to <= {filed_by:Int64}
    AND r.o < {ends:Array(Int64)}[indexOf({places:Array(String)}, concat(r.topic, '/', toString(r.p)))]
    AND r.recorded > t_at
    AND (r.topic, r.p, r.o) IN (SELECT topic, p, o FROM facts_g{g} FINAL)
    AND (r.topic, r.p, r.o) NOT IN (SELECT topic, p, o FROM seen)
