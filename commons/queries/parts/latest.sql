-- uses: standing, spans, members
-- The latest version of each report, with its occurrence.
SELECT l.*, versions, first_severity, first_submitted, first_recorded, occurrence_id,
    arrayFirst(i -> i.role = 'SUBJECT', l.items).driver AS driver,
    arrayFirst(i -> i.role = 'PARTNER', l.items).kind AS crash_with,
    indexOf({ranks}, l.severity) AS rank
FROM
(
    SELECT * FROM standing ORDER BY version DESC, recorded DESC, p DESC, o DESC LIMIT 1 BY org, report_id
) AS l
INNER JOIN
(
    SELECT org AS s_org, report_id AS s_report, versions, first_severity, first_submitted, first_recorded FROM spans
) AS s ON s_org = l.org AND s_report = l.report_id
LEFT JOIN (SELECT org AS m_org, report_id AS m_report, occurrence_id FROM members) AS m
    ON m_org = l.org AND m_report = l.report_id
WHERE l.nil = 0
