-- From the landings of one generation into its typed tables; {g} is the generation, {id} the schema id, {pv} the
-- projector's version. `facts` is fed from every landing; the rest by type.

-- for: *
CREATE MATERIALIZED VIEW IF NOT EXISTS hub.land_{id}_facts_g{g} TO hub.facts_g{g} AS
SELECT e_org AS org, e_ce_source AS ce_source, e_ce_id AS ce_id, '{type}' AS ce_type, e_source AS source,
    e_subject AS subject, e_topic_id AS topic_id, e_topic AS topic, toUInt16(e_p) AS p, e_o AS o, e_recorded AS recorded,
    e_record_sha AS record_sha, e_leaf AS leaf, e_key_id AS key_id, e_role AS role, e_provenance AS provenance,
    e_sharing AS sharing, e_audience AS audience, e_purposes AS purposes, {id} AS schema_id, {pv} AS pv
FROM hub.land_{id}_g{g};

-- for: *
CREATE MATERIALIZED VIEW IF NOT EXISTS hub.land_{id}_accepted_g{g} TO hub.accepted_g{g} AS
SELECT e_topic_id AS topic_id, e_topic AS topic, toUInt16(e_p) AS p, e_o AS o, e_record_sha AS record_sha, e_org AS org,
    e_ce_source AS ce_source, e_ce_id AS ce_id, e_recorded AS recorded, e_leaf AS leaf
FROM hub.land_{id}_g{g};

-- for: OccurrenceReported
CREATE MATERIALIZED VIEW IF NOT EXISTS hub.land_{id}_reports_g{g} TO hub.reports_g{g} AS
WITH
    arrayFirst(x -> x.role = 'REPORTER', parties) AS reporting,
    arrayMap(h -> h.level, arrayFilter(h -> h.domain = 'PHYSICAL', harms)) AS levels,
    ['FATAL', 'SERIOUS', 'MODERATE', 'MINOR', 'NONE', 'UNKNOWN'] AS ranks
SELECT e_org AS org, e_ce_source AS ce_source, e_ce_id AS ce_id, e_source AS source, e_topic AS topic,
    toUInt16(e_p) AS p, e_o AS o, e_recorded AS recorded, e_role AS role, e_provenance AS provenance,
    e_sharing AS sharing, e_audience AS audience, e_purposes AS purposes,
    report_id, version, 0 AS nil,
    reporting.name AS reporter,
    ifNull(reporting.scheme, '') AS reporter_scheme, ifNull(reporting.id, '') AS reporter_id, stage, `class` AS class,
    if(empty(levels), 'NOT_REPORTED', arrayFirst(r -> has(levels, r), ranks)) AS severity,
    ifNull(occurred.text, '') AS occurred_text, occurred.`from` AS occurred_from, occurred.`to` AS occurred_to,
    ifNull(aware.text, '') AS aware_text, ifNull(submitted.text, '') AS submitted_text, submitted.`from` AS submitted_from, submitted.`to` AS submitted_to,
    ifNull(place.country, '') AS country, ifNull(place.state, '') AS state, ifNull(place.city, '') AS city,
    arrayMap(x -> x.name, arrayFilter(x -> x.role = 'OPERATOR', parties)) AS operators,
    arrayMap(i -> (i.role, i.kind, ifNull(i.make, ''), ifNull(i.model, ''),
        ifNull(i.identity, ''), ifNull(i.driver, ''), arrayMap(v -> v.value, i.versions)), items) AS items,
    tokens, terms, missing,
    copy_of IS NOT NULL AS is_copy, ifNull(copy_of.report_id, '') AS copy_report, ifNull(copy_of.entity, '') AS copy_entity,
    ifNull(native.sha256, toFixedString('', 32)) AS native_sha, ifNull(native.ordinal, 0) AS native_ordinal,
    ifNull(native.edition, '') AS edition,
    sipHash64(toString(tuple(report_id, version, reported_to, tokens, stage, `class`, occurred, aware, submitted, place,
        parties, items, harms, near_miss, terms, measures, missing, copy_of, narrative_lang))) AS typed_hash,
    {pv} AS pv
FROM hub.land_{id}_g{g};

-- for: OccurrenceReported
CREATE MATERIALIZED VIEW IF NOT EXISTS hub.land_{id}_tokens_g{g} TO hub.tokens_g{g} AS
-- two values of one scheme in a report join nothing; a landing lets at most 64 tokens of a record through
SELECT e_org AS org, t.scheme AS scheme, t.scope AS scope, t.value AS value, report_id
FROM hub.land_{id}_g{g}
ARRAY JOIN arrayFilter(x -> length(arrayDistinct(arrayFilter(y -> y.scheme = x.scheme, tokens))) = 1, tokens) AS t;

-- for: NilReturnFiled
CREATE MATERIALIZED VIEW IF NOT EXISTS hub.land_{id}_reports_g{g} TO hub.reports_g{g} AS
WITH arrayFirst(x -> x.role = 'REPORTER', parties) AS reporting
SELECT e_org AS org, e_ce_source AS ce_source, e_ce_id AS ce_id, e_source AS source, e_topic AS topic,
    toUInt16(e_p) AS p, e_o AS o, e_recorded AS recorded, e_role AS role, e_provenance AS provenance,
    e_sharing AS sharing, e_audience AS audience, e_purposes AS purposes,
    report_id, version, 1 AS nil,
    reporting.name AS reporter,
    ifNull(reporting.scheme, '') AS reporter_scheme, ifNull(reporting.id, '') AS reporter_id, 'NIL' AS stage, '' AS class,
    'NOT_REPORTED' AS severity, '' AS occurred_text, '' AS aware_text,
    ifNull(submitted.text, '') AS submitted_text, submitted.`from` AS submitted_from, submitted.`to` AS submitted_to,
    arrayMap(x -> x.name, arrayFilter(x -> x.role = 'OPERATOR', parties)) AS operators,
    missing,
    ifNull(native.sha256, toFixedString('', 32)) AS native_sha, ifNull(native.ordinal, 0) AS native_ordinal,
    ifNull(native.edition, '') AS edition,
    sipHash64(toString(tuple(report_id, version, reported_to, obligation, period, submitted, parties, missing))) AS typed_hash,
    {pv} AS pv
FROM hub.land_{id}_g{g};

-- for: OccurrenceLinked
CREATE MATERIALIZED VIEW IF NOT EXISTS hub.land_{id}_links_g{g} TO hub.links_g{g} AS
SELECT e_org AS org, e_ce_source AS ce_source, e_ce_id AS ce_id, e_topic AS topic, toUInt16(e_p) AS p, e_o AS o,
    e_recorded AS recorded, e_role AS role, a_org, a_report, b_org, b_report, relation, method, probability,
    ifNull(rule, '') AS rule, reason, {pv} AS pv
FROM hub.land_{id}_g{g};

-- for: ReportRetracted
CREATE MATERIALIZED VIEW IF NOT EXISTS hub.land_{id}_retractions_g{g} TO hub.retractions_g{g} AS
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
CREATE MATERIALIZED VIEW IF NOT EXISTS hub.land_{id}_participants_g{g} TO hub.participants_g{g} AS
SELECT e_org AS org, e_ce_source AS ce_source, e_ce_id AS ce_id, e_topic AS topic, toUInt16(e_p) AS p, e_o AS o,
    e_recorded AS recorded, l.org AS member, name, roles, status, {pv} AS pv
FROM hub.land_{id}_g{g} AS l;

-- for: ExposureReported
CREATE MATERIALIZED VIEW IF NOT EXISTS hub.land_{id}_exposures_g{g} TO hub.exposures_g{g} AS
WITH arrayFirst(x -> x.role = 'OPERATOR', parties) AS named
SELECT e_org AS org, e_ce_source AS ce_source, e_ce_id AS ce_id, e_source AS source, e_topic AS topic,
    toUInt16(e_p) AS p, e_o AS o, e_recorded AS recorded, e_role AS role, e_sharing AS sharing,
    report_id, version,
    arrayFirst(x -> x.role = 'REPORTER', parties).name AS reporter,
    ifNull(submitted.text, '') AS submitted_text, submitted.`to` AS submitted_to,
    unit, value, lower, upper, ifNull(currency, '') AS currency, basis,
    period.text AS period_text, period.`from` AS period_from, period.`to` AS period_to,
    ifNull(strata.operator, named.name) AS operator,
    if(ifNull(named.id, '') = '', if(strata.permit IS NULL, '', 'permit'), ifNull(named.scheme, '')) AS operator_scheme,
    if(ifNull(named.id, '') = '', ifNull(strata.permit, ''), named.id) AS operator_id,
    ifNull(strata.permit, '') AS permit, ifNull(strata.driver_present, '') AS driver_present,
    ifNull(strata.state, '') AS state,
    arrayFilter(x -> x != '', [ifNull(strata.make, ''), ifNull(strata.model, ''), ifNull(strata.product_code, '')]) AS item,
    ifNull(strata.software_version, '') AS software_version, ifNull(strata.line, '') AS line,
    ifNull(strata.coverage, '') AS coverage,
    missing, ifNull(native.sha256, toFixedString('', 32)) AS native_sha, ifNull(native.ordinal, 0) AS native_ordinal,
    ifNull(native.edition, '') AS edition, {pv} AS pv
FROM hub.land_{id}_g{g};

-- for: NearMissCountReported
CREATE MATERIALIZED VIEW IF NOT EXISTS hub.land_{id}_near_miss_counts_g{g} TO hub.near_miss_counts_g{g} AS
WITH arrayFirst(x -> x.role = 'OPERATOR', parties) AS named
SELECT e_org AS org, e_ce_source AS ce_source, e_ce_id AS ce_id, e_source AS source, e_topic AS topic,
    toUInt16(e_p) AS p, e_o AS o, e_recorded AS recorded, e_role AS role, e_sharing AS sharing,
    report_id, version,
    arrayFirst(x -> x.role = 'REPORTER', parties).name AS reporter,
    ifNull(submitted.text, '') AS submitted_text, submitted.`to` AS submitted_to,
    period.text AS period_text, period.`from` AS period_from, period.`to` AS period_to,
    count, realisation, credible_worst,
    ifNull(strata.operator, named.name) AS operator,
    if(ifNull(named.id, '') = '', if(strata.permit IS NULL, '', 'permit'), ifNull(named.scheme, '')) AS operator_scheme,
    if(ifNull(named.id, '') = '', ifNull(strata.permit, ''), named.id) AS operator_id,
    ifNull(strata.permit, '') AS permit, ifNull(strata.driver_present, '') AS driver_present,
    ifNull(strata.state, '') AS state,
    arrayFilter(x -> x != '', [ifNull(strata.make, ''), ifNull(strata.model, ''), ifNull(strata.product_code, '')]) AS item,
    ifNull(strata.software_version, '') AS software_version, ifNull(strata.line, '') AS line,
    ifNull(strata.coverage, '') AS coverage,
    missing, ifNull(native.sha256, toFixedString('', 32)) AS native_sha, ifNull(native.ordinal, 0) AS native_ordinal,
    ifNull(native.edition, '') AS edition, {pv} AS pv
FROM hub.land_{id}_g{g};

-- for: ClaimTransacted
CREATE MATERIALIZED VIEW IF NOT EXISTS hub.land_{id}_claim_transactions_g{g} TO hub.claim_transactions_g{g} AS
WITH
    arrayFirst(x -> x.role = 'OPERATOR', parties) AS named,
    arrayMap(h -> h.level, arrayFilter(h -> h.domain = 'PHYSICAL', harms)) AS levels,
    ['FATAL', 'SERIOUS', 'MODERATE', 'MINOR', 'NONE', 'UNKNOWN'] AS ranks
SELECT e_org AS org, e_ce_source AS ce_source, e_ce_id AS ce_id, e_source AS source, e_topic AS topic,
    toUInt16(e_p) AS p, e_o AS o, e_recorded AS recorded, e_role AS role, e_sharing AS sharing,
    claim_ref, transaction_id, transaction, ifNull(reverses, '') AS reverses,
    ifNull(submitted.text, '') AS submitted_text, submitted.`to` AS submitted_to,
    ifNull(occurred.text, '') AS occurred_text, occurred.`from` AS occurred_from, occurred.`to` AS occurred_to,
    ifNull(notified.text, '') AS notified_text, notified.`from` AS notified_from, notified.`to` AS notified_to,
    ifNull(transacted.text, '') AS transacted_text, transacted.`from` AS transacted_from, transacted.`to` AS transacted_to,
    ifNull(place.country, '') AS country, ifNull(place.state, '') AS state, ifNull(line, '') AS line,
    ifNull(coverage, '') AS coverage, ifNull(cause, '') AS cause, amount, outstanding, ifNull(currency, '') AS currency,
    currency_assumed,
    if(empty(levels), 'NOT_REPORTED', arrayFirst(r -> has(levels, r), ranks)) AS severity,
    named.name AS operator,
    ifNull(named.scheme, '') AS operator_scheme, ifNull(named.id, '') AS operator_id,
    arrayFilter(x -> x != '', arrayFlatten(arrayMap(i -> [ifNull(i.make, ''), ifNull(i.model, '')], items))) AS item,
    missing, ifNull(native.sha256, toFixedString('', 32)) AS native_sha, ifNull(native.ordinal, 0) AS native_ordinal,
    ifNull(native.edition, '') AS edition, {pv} AS pv
FROM hub.land_{id}_g{g};

-- for: CertificateChanged
CREATE MATERIALIZED VIEW IF NOT EXISTS hub.land_{id}_certificates_g{g} TO hub.certificates_g{g} AS
SELECT e_org AS org, e_ce_source AS ce_source, e_ce_id AS ce_id, e_source AS source, e_topic AS topic,
    toUInt16(e_p) AS p, e_o AS o, e_recorded AS recorded, e_role AS role, e_sharing AS sharing,
    certificate_id, ifNull(number, '') AS number, change,
    ifNull(submitted.text, '') AS submitted_text, submitted.`to` AS submitted_to,
    scheme, issuer.name AS issuer, holder.name AS holder, ifNull(holder.scheme, '') AS holder_scheme,
    ifNull(holder.id, '') AS holder_id,
    arrayFilter(x -> x != '', arrayFlatten(arrayMap(i -> [ifNull(i.make, ''), ifNull(i.model, '')], items))) AS item,
    arrayMap(c -> c.value, product_codes) AS product_codes,
    ifNull(effective.text, '') AS effective_text, effective.`from` AS effective_from,
    ifNull(valid_from.text, '') AS valid_from_text, valid_from.`from` AS valid_from_from,
    ifNull(valid_to.text, '') AS valid_to_text, valid_to.`to` AS valid_to_to,
    missing, ifNull(native.sha256, toFixedString('', 32)) AS native_sha, ifNull(native.ordinal, 0) AS native_ordinal,
    ifNull(native.edition, '') AS edition, {pv} AS pv
FROM hub.land_{id}_g{g};

-- for: ObligationSet
CREATE MATERIALIZED VIEW IF NOT EXISTS hub.land_{id}_obligations_g{g} TO hub.obligations_g{g} AS
SELECT e_org AS org, e_ce_source AS ce_source, e_ce_id AS ce_id, e_source AS source, e_topic AS topic,
    toUInt16(e_p) AS p, e_o AS o, e_recorded AS recorded, e_role AS role, e_sharing AS sharing,
    obligation_id, version,
    ifNull(submitted.text, '') AS submitted_text, submitted.`to` AS submitted_to,
    status, ifNull(legal_basis, '') AS legal_basis,
    arrayMap(t -> (t.kind, ifNull(t.scheme, ''), t.value), targets) AS targets, event_types, class_from AS classes,
    clock_from, within, within_unit, ifNull(calendar, '') AS calendar, recurrence, period_starts_month, required_fields,
    declared_total, nil_return, l.in_force_from.`from` AS in_force_from, l.in_force_to.`to` AS in_force_to,
    missing, ifNull(native.sha256, toFixedString('', 32)) AS native_sha, ifNull(native.ordinal, 0) AS native_ordinal,
    ifNull(native.edition, '') AS edition, {pv} AS pv
FROM hub.land_{id}_g{g} AS l;

-- for: PartyIdentified
CREATE MATERIALIZED VIEW IF NOT EXISTS hub.land_{id}_parties_g{g} TO hub.parties_g{g} AS
SELECT e_org AS org, e_ce_source AS ce_source, e_ce_id AS ce_id, e_source AS source, e_topic AS topic,
    toUInt16(e_p) AS p, e_o AS o, e_recorded AS recorded, e_role AS role, e_sharing AS sharing,
    party_id, name, ifNull(l.org, '') AS member, ifNull(l.source, '') AS in_source, scheme, value,
    change = 'IDENTIFIED' AS identified, ifNull(l.since.`from`, toInt64(-9223372036854775808)) AS since,
    ifNull(l.since.text, '') AS since_text, decided_by, reason, {pv} AS pv
FROM hub.land_{id}_g{g} AS l;

-- for: AccessRecorded
CREATE MATERIALIZED VIEW IF NOT EXISTS hub.land_{id}_accesses_g{g} TO hub.accesses_g{g} AS
SELECT e_org AS org, e_ce_source AS ce_source, e_ce_id AS ce_id, e_topic AS topic, toUInt16(e_p) AS p, e_o AS o,
    e_recorded AS recorded, access_id, at, reader, l.role AS reader_role, ifNull(l.purpose, '') AS purpose, query, owners,
    arrayMap(r -> (ifNull(r.org, ''), r.report_id), l.reports) AS reports, opened_sections AS sections, rows AS given,
    {pv} AS pv
FROM hub.land_{id}_g{g} AS l;
