-- The projection tables of amounts: what could have gone wrong, how often it nearly did, what it cost. Money and exposure
-- are exact decimals, null where nothing was filed. Keyed like the facts; see tables.sql.

-- How much of something could have gone wrong: one row per fact, every version of every report of it.
CREATE TABLE hub.exposures_g{g}
(
    org LowCardinality(String),
    ce_source LowCardinality(String),
    ce_id String,
    source LowCardinality(String),
    topic LowCardinality(String),
    p UInt16,
    o Int64,
    recorded Int64,
    role LowCardinality(String),
    sharing LowCardinality(String),
    report_id String,
    version Int32,
    reporter LowCardinality(String),
    submitted_text String,
    submitted_to Nullable(Int64),
    filed_to Int64 MATERIALIZED coalesce(submitted_to, recorded),
    unit LowCardinality(String),
    value Decimal(38, 6),
    lower Nullable(Decimal(38, 6)),
    upper Nullable(Decimal(38, 6)),
    currency LowCardinality(String),
    basis LowCardinality(String),
    period_text String COMMENT 'ISO text in the precision of the source',
    period_from Int64 COMMENT 'local microseconds',
    period_to Int64,
    operator LowCardinality(String) COMMENT 'the operator concerned, as filed; empty where it is not told apart',
    operator_scheme LowCardinality(String),
    operator_id LowCardinality(String),
    permit LowCardinality(String),
    driver_present LowCardinality(String) COMMENT 'empty where it is not told apart',
    state LowCardinality(String),
    item Array(String) COMMENT 'make, model, product code',
    software_version LowCardinality(String),
    line LowCardinality(String),
    coverage LowCardinality(String),
    missing Array(Tuple(field String, reason String)),
    native_sha FixedString(32),
    native_ordinal Int32,
    edition LowCardinality(String),
    pv UInt16,
    ver UInt256 MATERIALIZED bitShiftLeft(bitShiftLeft(toUInt256(bitNot(toUInt64(recorded))), 80)
        + bitShiftLeft(toUInt256(bitNot(p)), 64) + bitNot(toUInt64(o)), 16) + pv
)
ENGINE = ReplacingMergeTree(ver)
ORDER BY (org, ce_source, ce_id)
SETTINGS fsync_after_insert = 1;

-- Near misses that were counted, not described.
CREATE TABLE hub.near_miss_counts_g{g}
(
    org LowCardinality(String),
    ce_source LowCardinality(String),
    ce_id String,
    source LowCardinality(String),
    topic LowCardinality(String),
    p UInt16,
    o Int64,
    recorded Int64,
    role LowCardinality(String),
    sharing LowCardinality(String),
    report_id String,
    version Int32,
    reporter LowCardinality(String),
    submitted_text String,
    submitted_to Nullable(Int64),
    filed_to Int64 MATERIALIZED coalesce(submitted_to, recorded),
    period_text String COMMENT 'ISO text in the precision of the source',
    period_from Int64 COMMENT 'local microseconds',
    period_to Int64,
    count Int64,
    realisation LowCardinality(String),
    credible_worst LowCardinality(String),
    operator LowCardinality(String) COMMENT 'the operator concerned, as filed; empty where it is not told apart',
    operator_scheme LowCardinality(String),
    operator_id LowCardinality(String),
    permit LowCardinality(String),
    driver_present LowCardinality(String) COMMENT 'empty where it is not told apart',
    state LowCardinality(String),
    item Array(String) COMMENT 'make, model, product code',
    software_version LowCardinality(String),
    line LowCardinality(String),
    coverage LowCardinality(String),
    missing Array(Tuple(field String, reason String)),
    native_sha FixedString(32),
    native_ordinal Int32,
    edition LowCardinality(String),
    pv UInt16,
    ver UInt256 MATERIALIZED bitShiftLeft(bitShiftLeft(toUInt256(bitNot(toUInt64(recorded))), 80)
        + bitShiftLeft(toUInt256(bitNot(p)), 64) + bitNot(toUInt64(o)), 16) + pv
)
ENGINE = ReplacingMergeTree(ver)
ORDER BY (org, ce_source, ce_id)
SETTINGS fsync_after_insert = 1;

-- One transaction on a claim. What is paid, outstanding and incurred is a fold over them, never stored.
CREATE TABLE hub.claim_transactions_g{g}
(
    org LowCardinality(String),
    ce_source LowCardinality(String),
    ce_id String,
    source LowCardinality(String),
    topic LowCardinality(String),
    p UInt16,
    o Int64,
    recorded Int64,
    role LowCardinality(String),
    sharing LowCardinality(String),
    claim_ref String,
    transaction_id String,
    transaction LowCardinality(String),
    reverses String,
    submitted_text String,
    submitted_to Nullable(Int64),
    filed_to Int64 MATERIALIZED coalesce(submitted_to, recorded),
    occurred_text String,
    occurred_from Nullable(Int64) COMMENT 'local microseconds',
    occurred_to Nullable(Int64),
    notified_text String,
    notified_from Nullable(Int64),
    notified_to Nullable(Int64),
    transacted_text String,
    transacted_from Nullable(Int64),
    transacted_to Nullable(Int64),
    country LowCardinality(String),
    state LowCardinality(String),
    line LowCardinality(String),
    coverage LowCardinality(String),
    cause LowCardinality(String),
    amount Nullable(Decimal(38, 6)),
    outstanding Nullable(Decimal(38, 6)),
    currency LowCardinality(String),
    currency_assumed UInt8,
    severity LowCardinality(String) COMMENT 'highest level of PHYSICAL harm claimed for; NOT_REPORTED without one',
    operator LowCardinality(String) COMMENT 'the operator concerned, as filed; empty where it is not told apart',
    operator_scheme LowCardinality(String),
    operator_id LowCardinality(String),
    item Array(String) COMMENT 'make and model of the things concerned',
    missing Array(Tuple(field String, reason String)),
    native_sha FixedString(32),
    native_ordinal Int32,
    edition LowCardinality(String),
    pv UInt16,
    ver UInt256 MATERIALIZED bitShiftLeft(bitShiftLeft(toUInt256(bitNot(toUInt64(recorded))), 80)
        + bitShiftLeft(toUInt256(bitNot(p)), 64) + bitNot(toUInt64(o)), 16) + pv
)
ENGINE = ReplacingMergeTree(ver)
ORDER BY (org, ce_source, ce_id)
SETTINGS fsync_after_insert = 1;
