-- The projection tables of one generation; {g} is its number. How every table of facts begins and ends is
-- told once, in commons/generation.py.

CREATE TABLE hub.facts_g{g}
(
    {fact}
    ce_type LowCardinality(String),
    source LowCardinality(String) COMMENT 'the adapter: last part of ce_source',
    subject String COMMENT 'the record key',
    topic_id LowCardinality(String),
    record_sha FixedString(32),
    leaf FixedString(32),
    key_id LowCardinality(String),
    role LowCardinality(String),
    provenance LowCardinality(String),
    sharing LowCardinality(String),
    audience Array(String),
    purposes Array(String),
    schema_id Int32,
{first_known};

CREATE TABLE hub.reports_g{g}
(
    {fact}
    source LowCardinality(String),
    role LowCardinality(String),
    provenance LowCardinality(String),
    sharing LowCardinality(String),
    audience Array(String),
    purposes Array(String),
    report_id String,
    version Int32,
    nil UInt8 COMMENT '1: a nil return, which stands in the history of its report',
    reporter LowCardinality(String),
    reporter_scheme LowCardinality(String) COMMENT 'scheme of the id by which the source names the reporter, e.g. a permit',
    reporter_id LowCardinality(String),
    stage LowCardinality(String),
    class LowCardinality(String),
    severity LowCardinality(String) COMMENT 'highest level of PHYSICAL harm; NOT_REPORTED without one',
    occurred_text String COMMENT 'ISO text in the precision of the source; empty when unknown',
    occurred_from Nullable(Int64) COMMENT 'local microseconds',
    occurred_to Nullable(Int64),
    aware_text String,
    submitted_text String,
    submitted_from Nullable(Int64),
    submitted_to Nullable(Int64),
    filed_to Int64 MATERIALIZED coalesce(submitted_to, recorded) COMMENT 'filed with the source by then; else recorded here',
    country LowCardinality(String),
    state LowCardinality(String),
    city LowCardinality(String),
    operators Array(LowCardinality(String)),
    items Array(Tuple(role String, kind String, make String, model String, identity String, driver String, versions Array(String))),
    tokens Array(Tuple(scheme String, scope String, value String)),
    terms Array(Tuple(scheme String, version String, codes Map(String, Array(String)))),
    missing Array(Tuple(field String, reason String)),
    is_copy UInt8,
    copy_report String,
    copy_entity String,
    native_sha FixedString(32),
    native_ordinal Int32,
    edition LowCardinality(String),
    typed_hash UInt64 COMMENT 'of the typed half: tells a silent change from a re-serialisation',
    INDEX by_report report_id TYPE bloom_filter(0.01) GRANULARITY 1,
{first_known};

-- Which reports ever bore a token that joins, in any version: the way from a report to its closure.
CREATE TABLE hub.tokens_g{g}
(
    org LowCardinality(String),
    scheme LowCardinality(String),
    scope LowCardinality(String),
    value String,
    report_id String,
    INDEX by_report report_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree
ORDER BY (org, scheme, scope, value, report_id)
SETTINGS fsync_after_insert = 1;

CREATE TABLE hub.links_g{g}
(
    {fact}
    role LowCardinality(String),
    a_org LowCardinality(String),
    a_report String,
    b_org LowCardinality(String),
    b_report String,
    relation LowCardinality(String),
    method LowCardinality(String),
    probability Nullable(Float64),
    rule String,
    reason String,
{first_known};

CREATE TABLE hub.retractions_g{g}
(
    {fact}
    report_id String,
    reason LowCardinality(String),
    note String,
{first_known};

-- What publishers changed about who sees an earlier event of theirs.
CREATE TABLE hub.sharing_changes_g{g}
(
    {fact}
    role LowCardinality(String),
    subject String,
    target_source LowCardinality(String),
    target_id String COMMENT 'empty: every event so far of that source and subject',
    section LowCardinality(String) COMMENT 'empty: the record, and with it every section',
    sharing LowCardinality(String),
    audience Array(String),
    purposes Array(String),
    reason String,
{first_known};

CREATE TABLE hub.participants_g{g}
(
    {fact}
    member String,
    name String,
    roles Array(String),
    status LowCardinality(String),
{first_known};

-- Every record that was accepted, by coordinates: more than one can bear the same identity, and only the first known is
-- the fact. What is in the log and neither here nor in the judgements was lost on the way.
CREATE TABLE hub.accepted_g{g}
(
    topic_id LowCardinality(String),
    topic LowCardinality(String),
    p UInt16,
    o Int64,
    record_sha FixedString(32),
    org LowCardinality(String),
    ce_source LowCardinality(String),
    ce_id String,
    recorded Int64,
    leaf FixedString(32)
)
ENGINE = ReplacingMergeTree
ORDER BY (topic_id, p, o, record_sha)
SETTINGS fsync_after_insert = 1;

-- Why a record is no fact. Judging again says the same.
CREATE TABLE hub.judgements_g{g}
(
    topic_id LowCardinality(String),
    topic LowCardinality(String),
    partition UInt16,
    offset Int64,
    record_sha FixedString(32),
    org LowCardinality(String),
    source LowCardinality(String) COMMENT 'the adapter, where ce_source can be read',
    recorded Int64,
    reason LowCardinality(String),
    detail String,
    governance Int64 COMMENT 'position of hub.governance that the judgement rests on'
)
ENGINE = ReplacingMergeTree
ORDER BY (topic_id, partition, offset, record_sha)
SETTINGS fsync_after_insert = 1;

-- What was held of an occurrence, from when to when: one row per report that ever led. The same table twice, one for
-- each clock: recorded here, and filed with the source.
CREATE TABLE hub.occurrence_states_g{g}
(
    org LowCardinality(String),
    source LowCardinality(String),
    lead String,
    occurrence_id String,
    gen UInt64 COMMENT 'sum of the positions that were read: a later reading wins',
    states Nested
    (
        valid_from Int64,
        valid_to Int64,
        status LowCardinality(String),
        to_id String,
        members Array(Tuple(org String, report_id String)),
        severity LowCardinality(String),
        month String,
        near_miss UInt8,
        reporters Array(String),
        voices UInt16,
        copies UInt16,
        conflicting_fields Array(String)
    )
)
ENGINE = ReplacingMergeTree(gen)
ORDER BY (org, source, lead)
SETTINGS fsync_after_insert = 1;

CREATE TABLE hub.occurrence_states_filed_g{g} AS hub.occurrence_states_g{g};
