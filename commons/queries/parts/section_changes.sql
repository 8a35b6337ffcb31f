-- uses: changed
-- How the tier of sections was changed later, by the record's place.
SELECT topic AS c_topic, p AS c_p, o AS c_o, groupArray(CAST((section, sharing, audience, purposes),
    'Tuple(section String, sharing String, audience Array(String), purposes Array(String))')) AS section_changes
FROM changed WHERE section != '' GROUP BY c_topic, c_p, c_o
