-- What was changed about who sees which event. It holds whatever moment is asked about: `as_of` says what was recorded by
-- then, and the question is put today. `role` is that of the event: with whom its publisher competes does not change.
-- inlined
SELECT c.org AS org, f_source AS ce_source, f_id AS ce_id, f_topic AS topic, f_p AS p, f_o AS o, f_role AS role, section,
    c.sharing AS sharing, c.audience AS audience, c.purposes AS purposes, c.subject AS subject, reason,
    c.recorded AS changed, f_recorded, f_sharing, f_audience, f_purposes
FROM
(
    SELECT * FROM sharing_changes_g{g} FINAL
    WHERE o < {ends:Array(Int64)}[indexOf({places:Array(String)}, concat(topic, '/', toString(p)))]
        AND (topic, p, o) IN
            (SELECT topic, p, o FROM facts_g{g} FINAL WHERE ce_type = 'SharingChanged')
) AS c
INNER JOIN
(
    SELECT org AS f_org, ce_source AS f_source, ce_id AS f_id, subject AS f_subject, topic AS f_topic, p AS f_p, o AS f_o,
        role AS f_role, recorded AS f_recorded, sharing AS f_sharing, audience AS f_audience, purposes AS f_purposes
    FROM facts_g{g} FINAL WHERE subject IN (SELECT subject FROM sharing_changes_g{g})
) AS f ON f_org = c.org AND f_source = target_source AND f_subject = c.subject
WHERE target_id = f_id
    OR (target_id = '' AND if((f_topic, f_p) = (c.topic, c.p), f_o < c.o, f_recorded <= c.recorded))
