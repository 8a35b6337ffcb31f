-- How long claims take: from the loss to notification, first payment and closing, and between these, by line.
-- Months are calendar months apart; days are intervals, least and most, as precise as the source dates: medians of both.
-- uses: claimed
SELECT source, line, lag.1 AS from_event, lag.2 AS to_event, count() AS claims,
    (quantileExactLow(0.5)(months) + quantileExactHigh(0.5)(months)) / 2 AS median, quantileExactLow(0.9)(months) AS p90, min(months) AS min, max(months) AS max,
    countIf(months = 0) AS same_month, countIf(months > 12) AS over_12, countIf(months < 0) AS negative,
    quantileExactLow(0.5)(least_days) AS lag_min_days, quantileExactLow(0.5)(most_days) AS lag_max_days
FROM
(
    SELECT source, line,
        arrayJoin([('LOSS', 'NOTIFIED', occurred, notified), ('LOSS', 'FIRST_PAID', occurred, first_paid),
            ('LOSS', 'CLOSED', occurred, closed), ('NOTIFIED', 'FIRST_PAID', notified, first_paid),
            ('NOTIFIED', 'CLOSED', notified, closed), ('FIRST_PAID', 'CLOSED', first_paid, closed)]) AS lag,
        toRelativeMonthNum(toDate32(fromUnixTimestamp64Micro(assumeNotNull(lag.4.2), 'UTC'))) - toRelativeMonthNum(toDate32(fromUnixTimestamp64Micro(assumeNotNull(lag.3.2), 'UTC'))) AS months,
        dateDiff('day', toDate32(fromUnixTimestamp64Micro(assumeNotNull(lag.3.3 - 1), 'UTC')), toDate32(fromUnixTimestamp64Micro(assumeNotNull(lag.4.2), 'UTC'))) AS soonest,
        dateDiff('day', toDate32(fromUnixTimestamp64Micro(assumeNotNull(lag.3.2), 'UTC')), toDate32(fromUnixTimestamp64Micro(assumeNotNull(lag.4.3 - 1), 'UTC'))) AS most_days,
        -- what comes after cannot have come before, unless the dates leave no other way
        most_days < 0 ? soonest : greatest(0, soonest) AS least_days
    FROM (SELECT *, status = 'CLOSED' ? last_closed : ('', NULL, NULL) AS closed FROM claimed
        WHERE rank >= indexOf({ranks}, {severity_from:String})
            AND ({from:String} = '' OR occurred.2 >= {from_at:Int64}) AND ({to:String} = '' OR occurred.3 <= {to_at:Int64}))
    WHERE length(lag.3.1) >= 7 AND length(lag.4.1) >= 7
)
GROUP BY source, line, from_event, to_event
ORDER BY source, line, indexOf(['LOSS', 'NOTIFIED', 'FIRST_PAID'], from_event), indexOf(['NOTIFIED', 'FIRST_PAID', 'CLOSED'], to_event)
