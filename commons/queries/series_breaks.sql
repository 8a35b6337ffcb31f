-- When the form of a source changed, and why: a difference across such a day may be the rule, not the road.
-- uses: series_breaks
SELECT source, edition, since, reason FROM series_breaks ORDER BY source, since
