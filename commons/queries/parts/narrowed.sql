-- uses: changed
-- columns: org String, ce_source String, ce_id String
-- Events that a later change of sharing hides from the reader.
SELECT org, ce_source, ce_id FROM changed WHERE section = '' AND NOT {may_read}
