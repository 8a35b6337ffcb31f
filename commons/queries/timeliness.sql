-- How long after it happened the first version of a report was filed, by publisher, reporter and month it happened.
-- Between dates that are no days a lag is an interval, least and most days: medians and nine tenths of both.
-- uses: matching, standing
SELECT m.org AS org, m.reporter AS reporter, substring(m.occurred_text, 1, 7) AS month, count() AS reports,
    quantileExactLow(0.5)(least) AS lag_min_days, quantileExactLow(0.5)(most) AS lag_max_days,
    quantileExactLow(0.9)(least) AS p90_min_days, quantileExactLow(0.9)(most) AS p90_max_days
FROM
(
    SELECT org, reporter, occurred_text,
        toDate32(fromUnixTimestamp64Micro(assumeNotNull(occurred_from), 'UTC')) AS earliest,
        toDate32(fromUnixTimestamp64Micro(assumeNotNull(occurred_to) - 1, 'UTC')) AS latest_day,
        dateDiff('day', earliest, toDate32(fromUnixTimestamp64Micro(assumeNotNull(f_to) - 1, 'UTC'))) AS most,
        dateDiff('day', latest_day, toDate32(fromUnixTimestamp64Micro(assumeNotNull(f_from), 'UTC'))) AS soonest,
        -- what was filed after cannot have been filed before, unless the dates leave no other way
        most < 0 ? soonest : greatest(0, soonest) AS least
    FROM matching
    INNER JOIN
    (
        SELECT org AS f_org, report_id AS f_report, argMin((submitted_from, submitted_to), (version, recorded, p, o)) AS filed,
            filed.1 AS f_from, filed.2 AS f_to
        FROM standing WHERE nil = 0 AND submitted_to IS NOT NULL GROUP BY org, report_id
    ) AS f ON f_org = org AND f_report = report_id
    WHERE occurred_from IS NOT NULL
) AS m
GROUP BY org, reporter, month
ORDER BY org, reporter, month
