-- uses: standing, spans, members, named
-- The latest version of each report, with its occurrence.
SELECT l.*, versions, first_severity, first_submitted, first_recorded, occurrence_id,
    arrayFirst(i -> i.role = 'SUBJECT', l.items).driver AS driver,
    arrayFirst(i -> i.role = 'PARTNER', l.items).kind AS crash_with,
    indexOf({ranks}, l.severity) AS rank,
    n_asked, n_party_id != '' AND n_since <= coalesce(l.occurred_from, n_since) AS known, known ? n_party : '' AS party,
    multiIf(l.reporter_id != '', concat('id:', l.reporter_id), known, concat('party:', n_party_id),
        l.reporter != '', concat('name:', l.reporter), '') AS operator_key,
    l.reporter_id != '' ? l.reporter_id : l.reporter AS filed
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
LEFT JOIN named ON n_source = l.source AND n_scheme = l.reporter_scheme AND n_id = l.reporter_id AND n_name = l.reporter
WHERE l.nil = 0
