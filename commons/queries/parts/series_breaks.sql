-- uses: standing
-- columns: source String, edition String, since String, reason String
-- When the form of a source changed: a fall across such a day may be the rule, not the road. A break is shown when
-- reports of the new edition and of an earlier one are both there.
SELECT source, edition, since, reason
FROM values('source String, edition String, since String, reason String',
    ('nhtsa-sgo', 'form-116', '2025-06-16', 'SGO_2021_01_AMENDMENT_3')) AS known
WHERE (source, edition) IN (SELECT source, edition FROM standing)
    AND source IN (SELECT source FROM standing GROUP BY source HAVING uniqExact(edition) > 1)
