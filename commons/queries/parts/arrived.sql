-- uses: standing, seen, taken_back
-- Everything that stands at the moment asked for and may be seen, whatever its type, with what it is of and when it came.
SELECT event_type, org, source, edition, recorded, filed_to, submitted_text, period_text FROM
(
    SELECT nil ? 'NilReturnFiled' : 'OccurrenceReported' AS event_type, org, source, edition, recorded, filed_to, submitted_text,
        occurred_text AS period_text
    FROM standing
    UNION ALL
    SELECT event_type, org, source, edition, recorded, filed_to, submitted_text, period_text
    FROM
    (
        SELECT 'ExposureReported' AS event_type, org, ce_source, ce_id, topic, p, o, report_id, source, edition, recorded, filed_to,
            submitted_text, period_text
        FROM exposures_g{g} FINAL
        UNION ALL
        SELECT 'NearMissCountReported', org, ce_source, ce_id, topic, p, o, report_id, source, edition, recorded, filed_to,
            submitted_text, period_text
        FROM near_miss_counts_g{g} FINAL
        UNION ALL
        SELECT 'ClaimTransacted', org, ce_source, ce_id, topic, p, o, '', source, edition, recorded, filed_to, submitted_text,
            occurred_text
        FROM claim_transactions_g{g} FINAL
        UNION ALL
        SELECT 'CertificateChanged', org, ce_source, ce_id, topic, p, o, '', source, edition, recorded, filed_to, submitted_text,
            valid_from_text
        FROM certificates_g{g} FINAL
        UNION ALL
        SELECT 'ObligationSet', org, ce_source, ce_id, topic, p, o, '', source, edition, recorded, filed_to, submitted_text, ''
        FROM obligations_g{g} FINAL
    ) AS r
    LEFT JOIN taken_back ON t_org = r.org AND t_report = r.report_id
    WHERE recorded <= {as_of:Int64} AND filed_to <= {filed_by:Int64}
        AND o < {ends:Array(Int64)}[indexOf({places:Array(String)}, concat(topic, '/', toString(p)))]
        AND recorded > t_at
        AND (topic, p, o) IN (SELECT topic, p, o FROM seen)
)
