-- From the landings of one generation into its typed tables; {g} is the generation, {id} the schema id, {pv} the
-- projector's version. `facts` is fed from every landing; the rest by type.

-- for: *
CREATE MATERIALIZED VIEW hub.land_{id}_facts_g{g} TO hub.facts_g{g} AS
SELECT e_org AS org, e_ce_source AS ce_source, e_ce_id AS ce_id, '{type}' AS ce_type, e_source AS source,
    e_subject AS subject, e_topic_id AS topic_id, e_topic AS topic, toUInt16(e_p) AS p, e_o AS o, e_recorded AS recorded,
    e_record_sha AS record_sha, e_leaf AS leaf, e_key_id AS key_id, e_role AS role, e_provenance AS provenance,
    e_sharing AS sharing, e_audience AS audience, e_purposes AS purposes, {id} AS schema_id, {pv} AS pv
FROM hub.land_{id}_g{g};

-- for: *
CREATE MATERIALIZED VIEW hub.land_{id}_accepted_g{g} TO hub.accepted_g{g} AS
SELECT e_topic_id AS topic_id, e_topic AS topic, toUInt16(e_p) AS p, e_o AS o, e_record_sha AS record_sha, e_org AS org,
    e_ce_source AS ce_source, e_ce_id AS ce_id, e_recorded AS recorded, e_leaf AS leaf
FROM hub.land_{id}_g{g};

-- for: OccurrenceReported
CREATE MATERIALIZED VIEW hub.land_{id}_reports_g{g} TO hub.reports_g{g} AS
WITH
    arrayMap(h -> h.level, arrayFilter(h -> h.domain = 'PHYSICAL', harms)) AS levels,
    ['FATAL', 'SERIOUS', 'MODERATE', 'MINOR', 'NONE', 'UNKNOWN'] AS ranks
SELECT e_org AS org, e_ce_source AS ce_source, e_ce_id AS ce_id, e_source AS source, e_topic AS topic,
    toUInt16(e_p) AS p, e_o AS o, e_recorded AS recorded, e_role AS role, e_provenance AS provenance,
    e_sharing AS sharing, e_audience AS audience, e_purposes AS purposes,
    report_id, version, 0 AS nil,
    arrayFirst(x -> x.role = 'REPORTER', parties).name AS reporter, stage, `class` AS class,
    if(empty(levels), 'NOT_REPORTED', arrayFirst(r -> has(levels, r), ranks)) AS severity,
    ifNull(occurred.text, '') AS occurred_text, occurred.`from` AS occurred_from, occurred.`to` AS occurred_to,
    ifNull(aware.text, '') AS aware_text, ifNull(submitted.text, '') AS submitted_text, submitted.`to` AS submitted_to,
    ifNull(place.country, '') AS country, ifNull(place.state, '') AS state, ifNull(place.city, '') AS city,
    arrayMap(x -> x.name, arrayFilter(x -> x.role = 'OPERATOR', parties)) AS operators,
    arrayMap(i -> (i.role, i.kind, ifNull(i.make, ''), ifNull(i.model, ''), ifNull(i.driver, ''),
        arrayMap(v -> v.value, i.versions)), items) AS items,
    tokens, terms, missing,
    copy_of IS NOT NULL AS is_copy, ifNull(copy_of.report_id, '') AS copy_report, ifNull(copy_of.entity, '') AS copy_entity,
    ifNull(native.sha256, toFixedString('', 32)) AS native_sha, ifNull(native.ordinal, 0) AS native_ordinal,
    ifNull(native.edition, '') AS edition,
    sipHash64(toString(tuple(report_id, version, reported_to, tokens, stage, `class`, occurred, aware, submitted, place,
        parties, items, harms, near_miss, terms, measures, missing, copy_of, narrative_lang))) AS typed_hash,
    {pv} AS pv
FROM hub.land_{id}_g{g};

-- for: OccurrenceReported
CREATE MATERIALIZED VIEW hub.land_{id}_tokens_g{g} TO hub.tokens_g{g} AS
SELECT t.scheme AS scheme, t.scope AS scope, t.value AS value, e_org AS org, report_id
FROM hub.land_{id}_g{g} ARRAY JOIN tokens AS t;

-- for: NilReturnFiled
CREATE MATERIALIZED VIEW hub.land_{id}_reports_g{g} TO hub.reports_g{g} AS
SELECT e_org AS org, e_ce_source AS ce_source, e_ce_id AS ce_id, e_source AS source, e_topic AS topic,
    toUInt16(e_p) AS p, e_o AS o, e_recorded AS recorded, e_role AS role, e_provenance AS provenance,
    e_sharing AS sharing, e_audience AS audience, e_purposes AS purposes,
    report_id, version, 1 AS nil,
    arrayFirst(x -> x.role = 'REPORTER', parties).name AS reporter, 'NIL' AS stage, '' AS class,
    'NOT_REPORTED' AS severity, '' AS occurred_text, '' AS aware_text,
    ifNull(submitted.text, '') AS submitted_text, submitted.`to` AS submitted_to,
    arrayMap(x -> x.name, arrayFilter(x -> x.role = 'OPERATOR', parties)) AS operators,
    missing,
    ifNull(native.sha256, toFixedString('', 32)) AS native_sha, ifNull(native.ordinal, 0) AS native_ordinal,
    ifNull(native.edition, '') AS edition,
    sipHash64(toString(tuple(report_id, version, reported_to, obligation, period, submitted, parties, missing))) AS typed_hash,
    {pv} AS pv
FROM hub.land_{id}_g{g};

-- for: OccurrenceLinked
CREATE MATERIALIZED VIEW hub.land_{id}_links_g{g} TO hub.links_g{g} AS
SELECT e_org AS org, e_ce_source AS ce_source, e_ce_id AS ce_id, e_topic AS topic, toUInt16(e_p) AS p, e_o AS o,
    e_recorded AS recorded, e_role AS role, a_org, a_report, b_org, b_report, relation, method, probability,
    ifNull(rule, '') AS rule, reason, {pv} AS pv
FROM hub.land_{id}_g{g};

-- for: ReportRetracted
CREATE MATERIALIZED VIEW hub.land_{id}_retractions_g{g} TO hub.retractions_g{g} AS
SELECT e_org AS org, e_ce_source AS ce_source, e_ce_id AS ce_id, e_topic AS topic, toUInt16(e_p) AS p, e_o AS o,
    e_recorded AS recorded, report_id, reason, ifNull(note, '') AS note, {pv} AS pv
FROM hub.land_{id}_g{g};

-- for: SharingChanged
CREATE MATERIALIZED VIEW hub.land_{id}_sharing_changes_g{g} TO hub.sharing_changes_g{g} AS
SELECT e_org AS org, e_ce_source AS ce_source, e_ce_id AS ce_id, e_topic AS topic, toUInt16(e_p) AS p, e_o AS o,
    e_recorded AS recorded, e_role AS role, subject, target_source, ifNull(target_id, '') AS target_id,
    ifNull(section, '') AS section, sharing, audience, purposes, ifNull(l.reason, '') AS reason, {pv} AS pv
FROM hub.land_{id}_g{g} AS l;

-- for: ParticipantRegistered
CREATE MATERIALIZED VIEW hub.land_{id}_participants_g{g} TO hub.participants_g{g} AS
SELECT e_org AS org, e_ce_source AS ce_source, e_ce_id AS ce_id, e_topic AS topic, toUInt16(e_p) AS p, e_o AS o,
    e_recorded AS recorded, l.org AS member, name, roles, status, {pv} AS pv
FROM hub.land_{id}_g{g} AS l;
