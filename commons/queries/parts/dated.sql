-- uses: claimed
-- The claims that the filters let through, severity among them, with the period that `basis` and `grain` name.
SELECT *, multiIf({basis:String} = 'notified', notified, {basis:String} = 'closed', last_closed, occurred) AS at,
    multiIf({grain:String} = 'year', substring(at.1, 1, 4),
        {grain:String} = 'quarter' AND length(at.1) >= 7, concat(substring(at.1, 1, 4), '-Q',
            toString(intDiv(toUInt8OrZero(substring(at.1, 6, 2)) + 2, 3))),
        substring(at.1, 1, 7)) AS period
FROM claimed
WHERE rank >= indexOf({ranks}, {severity_from:String}) AND ({basis:String} != 'closed' OR status = 'CLOSED')
    AND ({from:String} = '' OR at.2 >= {from_at:Int64}) AND ({to:String} = '' OR at.3 <= {to_at:Int64})
