-- Every version of every report that stands at the moment asked for and may be seen, nil returns among them.
SELECT r.*, r.filed_to AS filed_to
FROM reports_g{g} AS r FINAL
LEFT JOIN
(
    SELECT org AS t_org, report_id AS t_report, max(recorded) AS t_at FROM retractions_g{g} FINAL
    WHERE recorded <= least({as_of:Int64}, {filed_by:Int64}) AND o < {ends:Array(Int64)}[indexOf({places:Array(String)}, concat(topic, '/', toString(p)))]
        AND (org, ce_source, ce_id, topic, p, o) IN (SELECT org, ce_source, ce_id, topic, p, o FROM facts_g{g} FINAL)
    GROUP BY t_org, t_report
) AS taken_back ON t_org = r.org AND t_report = r.report_id
WHERE r.recorded <= {as_of:Int64} AND r.filed_to <= {filed_by:Int64}
    AND r.o < {ends:Array(Int64)}[indexOf({places:Array(String)}, concat(r.topic, '/', toString(r.p)))]
    AND ({scope_org:String} = '*' OR r.org = {scope_org:String} OR r.sharing = 'OPEN')
    AND r.recorded > t_at
    AND (r.org, r.ce_source, r.ce_id, r.topic, r.p, r.o) IN (SELECT org, ce_source, ce_id, topic, p, o FROM facts_g{g} FINAL)
