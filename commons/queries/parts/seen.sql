-- The facts that the reader may see: commons/access.py has the rule.
-- inlined: it stands in subqueries of IN only, and the engine would keep every column of every fact
SELECT org, ce_source, ce_id, topic, p, o FROM facts_g{g} FINAL
WHERE {may_read}
