-- The log: every record as the broker gave it, keyed by its Kafka coordinates. Inserting twice is inserting once.
CREATE TABLE hub.events
(
    topic_id LowCardinality(String),
    topic LowCardinality(String),
    partition UInt16,
    offset Int64,
    last_offset Int64 COMMENT 'the same, but for a batch that cannot be read as records: its last offset',
    unreadable LowCardinality(String) COMMENT 'why value is a stored batch and no record; empty for a record',
    record_sha FixedString(32) COMMENT 'SHA-256 of key, value, headers in order and append time, each length-prefixed',
    append_time DateTime64(3, 'UTC'),
    key Nullable(String) CODEC(ZSTD(3)),
    value Nullable(String) CODEC(ZSTD(3)),
    header_names Array(String) CODEC(ZSTD(3)),
    header_values Array(Nullable(String)) CODEC(ZSTD(3)),
    schema_id Int32 COMMENT 'the id in the five-byte prefix, -1 without one',
    seen_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the row was written; no answer rests on it'
)
ENGINE = ReplacingMergeTree
ORDER BY (topic_id, partition, offset, record_sha)
SETTINGS fsync_after_insert = 1;

-- How far each partition has been processed, by stage and generation: always read as max(), always a whole prefix.
CREATE TABLE hub.positions
(
    generation UInt32,
    stage LowCardinality(String) COMMENT 'project: judged and in the typed tables; link: in the occurrence states too',
    topic_id LowCardinality(String),
    topic LowCardinality(String),
    partition UInt16,
    offset SimpleAggregateFunction(max, Int64) COMMENT 'the next offset to process',
    recorded SimpleAggregateFunction(max, Int64) COMMENT 'running maximum of append time, microseconds since 1970 UTC',
    complete_at SimpleAggregateFunction(max, Int64) COMMENT 'a moment at which the end of the partition was read and is processed, microseconds since 1970 UTC'
)
ENGINE = AggregatingMergeTree
ORDER BY (generation, stage, topic_id, topic, partition)
SETTINGS fsync_after_insert = 1;

-- One generation is one build of the projection tables; the greatest current one is read.
CREATE TABLE hub.generations
(
    generation UInt32,
    state LowCardinality(String) COMMENT 'building, current or dropped',
    release String,
    at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY (generation, at)
SETTINGS fsync_after_insert = 1;
