-- uses: latest
-- The latest versions that the filters let through, severity apart.
SELECT * FROM latest
WHERE ({source:String} = '' OR source = {source:String})
    AND ({org:String} = '' OR org = {org:String})
    AND ({edition:String} = '' OR edition = {edition:String})
    AND (n_asked = 2 OR (n_asked = 1 AND known))
    AND ({state:String} = '' OR state = if({state:String} = 'NOT_REPORTED', '', {state:String}))
    AND ({driver:String} = '' OR driver = if({driver:String} = 'NOT_REPORTED', '', {driver:String}))
    AND ({class:String} = '' OR class = {class:String})
    AND ({item:String} = '' OR arrayExists(i -> lowerUTF8({item:String}) IN (lowerUTF8(i.make), lowerUTF8(i.model), lowerUTF8(i.identity)), items))
    AND ({certificate:String} = ''
        OR hasAny([{certificate:String}, splitByChar(':', {certificate:String})[-1]], arrayPushBack(arrayMap(i -> i.identity, items), reporter_id)))
    AND ({version:String} = '' OR arrayExists(i -> has(i.versions, {version:String}), items))
    AND ({from:String} = '' OR (occurred_text != '' AND occurred_text >= substring({from:String}, 1, length(occurred_text))))
    AND ({to:String} = '' OR (occurred_text != '' AND substring(occurred_text, 1, length({to:String})) <= {to:String}))
