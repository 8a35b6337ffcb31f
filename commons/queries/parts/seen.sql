-- uses: narrowed
-- inlined: it stands in subqueries of IN only, and the engine would keep every column of every fact
-- The facts that the reader may see: commons/access.py has the rule, by their own tier and every later change of it.
-- A place on a topic is one record, and cheaper to look up than the identity of its event.
SELECT topic, p, o, ce_type FROM facts_g{g} FINAL
WHERE {may_read}
    AND (org, ce_source, ce_id) NOT IN (SELECT org, ce_source, ce_id FROM narrowed)
