-- How far each partition is processed, held against the log: as it is now, whatever moment is asked about.
-- complete_at: when its end in Kafka was last read and found processed; waiting_since: the oldest record that is not yet.
SELECT topic AS kafka_topic, partition AS kafka_partition, position, greatest(stored, position) AS log_end,
    log_end - position AS lag_records,
    waiting = 0 ? '' : formatDateTime(fromUnixTimestamp64Milli(waiting, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS waiting_since,
    recorded = 0 ? '' : formatDateTime(fromUnixTimestamp64Micro(recorded, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS last_recorded_at,
    complete = 0 ? '' : formatDateTime(fromUnixTimestamp64Micro(complete, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ') AS complete_at
FROM
(
    SELECT topic_id, topic, partition, max(l.end) AS stored, max(l.position) AS position, max(l.recorded) AS recorded,
        max(l.complete) AS complete, minIf(l.appended, l.appended > 0) AS waiting
    FROM
    (
        SELECT topic_id, topic, partition, 0 AS end, max(offset) AS position, max(p.recorded) AS recorded,
            max(complete_at) AS complete, 0 AS appended
        FROM positions AS p WHERE generation = {g} AND stage = 'link' GROUP BY ALL
        UNION ALL
        SELECT e.topic_id, e.topic, e.partition, max(last_offset) + 1, 0, 0, 0,
            minIf(toUnixTimestamp64Milli(append_time), e.offset >= reached)
        FROM events AS e
        LEFT JOIN
        (
            SELECT topic_id, partition, max(offset) AS reached FROM positions
            WHERE generation = {g} AND stage = 'link' GROUP BY ALL
        ) AS d ON d.topic_id = e.topic_id AND d.partition = e.partition
        GROUP BY ALL
    ) AS l
    GROUP BY topic_id, topic, partition
)
WHERE {scope_org:String} = '*' OR topic IN ('hub.governance', concat('hub.events.', {scope_org:String}))
ORDER BY kafka_topic, kafka_partition
