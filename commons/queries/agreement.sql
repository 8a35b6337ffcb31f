-- Occurrences with several reports: who speaks, how many voices that makes, and where they disagree.
-- uses: occurrences_now
SELECT occurrence_id, length(members) AS reports, length(reporters) AS reporters, voices, copies AS declared_copies,
    conflicting_fields, month, severity
FROM occurrences_now
WHERE length(members) > 1
ORDER BY month DESC, occurrence_id
