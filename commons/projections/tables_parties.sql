-- The projection tables of who is who and who must do what and who read what: certificates, duties, names, accesses. Keyed like the facts; see
-- tables.sql.

CREATE TABLE hub.certificates_g{g}
(
    {fact}
    source LowCardinality(String),
    role LowCardinality(String),
    sharing LowCardinality(String),
    certificate_id String,
    number String COMMENT 'as its issuer writes it; empty when not told',
    change LowCardinality(String),
    submitted_text String,
    submitted_to Nullable(Int64),
    filed_to Int64 MATERIALIZED coalesce(submitted_to, recorded),
    scheme LowCardinality(String),
    issuer LowCardinality(String),
    holder String COMMENT 'as filed',
    holder_scheme LowCardinality(String),
    holder_id String,
    item Array(String) COMMENT 'make and model of the things concerned, the subject first',
    product_codes Array(String),
    effective_text String,
    effective_from Nullable(Int64) COMMENT 'local microseconds',
    valid_from_text String,
    valid_from_from Nullable(Int64),
    valid_to_text String,
    valid_to_to Nullable(Int64),
    missing Array(Tuple(field String, reason String)),
    native_sha FixedString(32),
    native_ordinal Int32,
    edition LowCardinality(String),
{first_known};

-- Duties to share data, in full each time.
CREATE TABLE hub.obligations_g{g}
(
    {fact}
    source LowCardinality(String),
    role LowCardinality(String),
    sharing LowCardinality(String),
    obligation_id String,
    version Int32,
    submitted_text String,
    submitted_to Nullable(Int64),
    filed_to Int64 MATERIALIZED coalesce(submitted_to, recorded),
    status LowCardinality(String),
    legal_basis String,
    targets Array(Tuple(kind String, scheme String, value String)),
    event_types Array(String),
    classes Array(String),
    clock_from LowCardinality(String),
    within Nullable(Int32),
    within_unit LowCardinality(String),
    calendar String,
    recurrence LowCardinality(String),
    period_starts_month Nullable(Int32),
    required_fields Array(String),
    declared_total UInt8,
    nil_return UInt8,
    in_force_from Nullable(Int64) COMMENT 'local microseconds',
    in_force_to Nullable(Int64),
    missing Array(Tuple(field String, reason String)),
    native_sha FixedString(32),
    native_ordinal Int32,
    edition LowCardinality(String),
{first_known};

-- Which spelling, or id in some scheme, is which party.
CREATE TABLE hub.parties_g{g}
(
    {fact}
    source LowCardinality(String),
    role LowCardinality(String),
    sharing LowCardinality(String),
    party_id LowCardinality(String),
    name LowCardinality(String),
    member LowCardinality(String) COMMENT 'org of the party, where it is a member',
    in_source LowCardinality(String) COMMENT 'source in whose files it is meant; empty for every source',
    scheme LowCardinality(String),
    value String COMMENT 'exactly as filed',
    identified UInt8 COMMENT '0: the identification is withdrawn',
    since Int64 COMMENT 'local microseconds from which it holds; the least number when always',
    since_text String,
    decided_by LowCardinality(String),
    reason String,
{first_known};

-- Who was given what of whom.
CREATE TABLE hub.accesses_g{g}
(
    {fact}
    access_id String,
    at Int64 COMMENT 'microseconds since 1970 UTC',
    reader LowCardinality(String),
    reader_role LowCardinality(String),
    purpose LowCardinality(String),
    query LowCardinality(String),
    owners Array(String) COMMENT 'whose records were in the answer; empty for an aggregate',
    reports Array(Tuple(org String, report_id String)) COMMENT 'opened one by one',
    sections Array(String) COMMENT 'shown of those',
    given Int64 COMMENT 'rows',
{first_known};
