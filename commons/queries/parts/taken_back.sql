-- columns: t_org String, t_report String, t_at Int64
-- Reports that their publisher took back, and when last: what was recorded by then no longer stands.
SELECT org AS t_org, report_id AS t_report, max(recorded) AS t_at FROM retractions_g{g} FINAL
WHERE recorded <= least({as_of:Int64}, {filed_by:Int64})
    AND o < {ends:Array(Int64)}[indexOf({places:Array(String)}, concat(topic, '/', toString(p)))]
    AND (topic, p, o) IN
        (SELECT topic, p, o FROM facts_g{g} FINAL WHERE ce_type = 'ReportRetracted')
GROUP BY t_org, t_report
