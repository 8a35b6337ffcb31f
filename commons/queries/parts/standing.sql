-- uses: seen, taken_back
-- Every version of every report that stands at the moment asked for and may be seen, nil returns among them.
SELECT r.*, r.filed_to AS filed_to
FROM reports_g{g} AS r FINAL
LEFT JOIN taken_back ON t_org = r.org AND t_report = r.report_id
WHERE r.recorded <= {as_of:Int64} AND r.filed_to <= {filed_by:Int64}
    AND r.o < {ends:Array(Int64)}[indexOf({places:Array(String)}, concat(r.topic, '/', toString(r.p)))]
    AND r.recorded > t_at
    AND (r.topic, r.p, r.o) IN (SELECT topic, p, o FROM seen WHERE ce_type IN ('OccurrenceReported', 'NilReturnFiled'))
