-- What waits for a decision: names that no party is known for, and proposals that two reports are one occurrence.
-- effect: how many reports a name stands for; for a proposal, how many occurrences there would be more or less.
-- uses: seen, latest, exposed
SELECT * FROM
(
    SELECT 'UNIDENTIFIED_NAME' AS kind, concat(source, ': ', name) AS about, 'no PartyIdentified says which party this is' AS reason,
        concat(toString(sum(n)), sum(n) = 1 ? ' record stands' : ' records stand', ' under this name') AS effect, '' AS org, '' AS other
    FROM
    (
        SELECT source, reporter_id != '' ? concat(reporter_id, ' (', reporter, ')') : reporter AS name, party, count() AS n
        FROM latest GROUP BY ALL
        UNION ALL
        SELECT source, operator_id != '' ? concat(operator_id, ' (', operator, ')') : operator, party, count()
        FROM exposed GROUP BY ALL
    )
    WHERE party = '' AND name != ''
    GROUP BY source, name
    UNION ALL
    SELECT 'LINK', concat(l.a_org, '/', l.a_report, ' and ', l.b_org, '/', l.b_report), concat(relation, ' by ', method, ': ', reason),
        multiIf(a.o = b.o AND relation = 'NOT_SAME', '+1 occurrence if accepted', a.o != b.o AND relation = 'SAME_OCCURRENCE',
            '-1 occurrence if accepted', 'no effect on counts'), l.org, rule
    FROM links_g{g} AS l FINAL
    INNER JOIN (SELECT org, report_id, occurrence_id AS o FROM latest) AS a ON a.org = l.a_org AND a.report_id = l.a_report
    INNER JOIN (SELECT org, report_id, occurrence_id AS o FROM latest) AS b ON b.org = l.b_org AND b.report_id = l.b_report
    WHERE l.recorded <= least({as_of:Int64}, {filed_by:Int64})
        AND l.o < {ends:Array(Int64)}[indexOf({places:Array(String)}, concat(l.topic, '/', toString(l.p)))]
        AND (l.topic, l.p, l.o) IN (SELECT topic, p, o FROM seen)
        -- what already holds is no proposal
        AND (a.o = b.o) != (relation = 'SAME_OCCURRENCE') AND relation IN ('SAME_OCCURRENCE', 'NOT_SAME')
)
ORDER BY kind, about
