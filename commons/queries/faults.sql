-- Records that are not facts: where they lie, who published them, why. Their bytes stay in the log.
-- uses: refused
SELECT topic AS kafka_topic, partition AS kafka_partition, offset AS kafka_offset, org, source, reason, detail,
    formatDateTime(fromUnixTimestamp64Micro(recorded, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS recorded_at, count() OVER () AS total
FROM refused
WHERE ({org:String} = '' OR org = {org:String}) AND ({source:String} = '' OR source = {source:String})
    AND ({reason:String} = '' OR reason = {reason:String})
ORDER BY recorded, kafka_topic, kafka_partition, kafka_offset
LIMIT {limit:UInt64} OFFSET {offset:UInt64}
