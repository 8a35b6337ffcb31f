"""What the endpoint refuses before the engine sees it."""

import pytest

from hub.engine import guard
from hub.engine.errors import EngineError
from hub.engine.statement import parse

REFUSED = guard.refused_functions(["numbers", "file", "url", "s3", "remote", "Python", "executable", "merge"])


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 INTO OUTFILE '/tmp/x'",
        "INSERT INTO t FROM INFILE '/etc/passwd' FORMAT CSV",
        "SELECT file('/etc/passwd')",
        "SELECT FILE /* far away */ ('/etc/passwd')",
        "SELECT `fil\\x65`('/etc/passwd')",
        "SELECT \"file\"('/etc/passwd')",
        "SELECT arrayMap(file, ['/etc/passwd'])",
        "SELECT * APPLY(file) FROM t",
        "WITH file AS f SELECT arrayMap(f, ['/etc/passwd'])",
        "CREATE VIEW v AS SELECT file('/etc/passwd')",
        "INSERT INTO t VALUES (file('/etc/passwd'))",
        "SELECT * FROM url('http://example.org', CSV, 'a Int8')",
        "INSERT INTO FUNCTION s3('http://example.org/x') SELECT 1",
        "SELECT * FROM Python(secret)",
        "CREATE TABLE k (a Int8) ENGINE = Kafka('b', 't', 'g', 'CSV')",
        "CREATE TABLE k (a Int8) ENGINE Kafka SETTINGS kafka_format = 'CSV'",
        "CREATE DATABASE d ENGINE = Filesystem('/etc')",
        "CREATE TABLE k (a Int8) ENGINE = `File`(CSV)",
        "CREATE TABLE t (a Int8) ENGINE = MergeTree ORDER BY a SETTINGS disk = disk(type = local, path = '/tmp/')",
        "CREATE DICTIONARY d (a Int8) PRIMARY KEY a SOURCE(HTTP(URL 'http://x' FORMAT 'CSV')) LAYOUT(FLAT())",
        "CREATE DICTIONARY d (a Int8) PRIMARY KEY a SOURCE(CLICKHOUSE(HOST 'x' TABLE 't')) LAYOUT(FLAT()) LIFETIME(0)",
        "ATTACH TABLE t FROM '/etc' (a Int8) ENGINE = Memory",
        "BACKUP DATABASE hub TO File('/tmp/x')",
        "GRANT ALL ON *.* TO default",
        "DESCRIBE TABLE file('/etc/passwd')",
        "SYSTEM SHUTDOWN",
        "SYSTEM /* now */ kill",
        "SELECT 1 FORMAT Template SETTINGS format_template_row = '/etc/passwd'",
        "SELECT 1 FORMAT Protobuf SETTINGS `format_schema` = '/etc/passwd:M'",
        "SET format_template_resultset = '/etc/passwd'",
        "INSERT INTO t SETTINGS format_avro_schema_registry_url = 'http://example.org' FORMAT AvroConfluent x",
    ],
)
def test_refused(sql: str) -> None:
    with pytest.raises(EngineError) as refusal:
        guard.check(parse(sql.encode()), REFUSED)
    assert refusal.value.code == 497


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t (a Int8, file String) ENGINE = ReplacingMergeTree(a) ORDER BY a",
        "CREATE TABLE IF NOT EXISTS hub.t (a Int8) ENGINE=Null",
        "CREATE MATERIALIZED VIEW v TO t AS SELECT a FROM n WHERE engine = 'Kafka'",
        "CREATE TABLE j (a Int8) ENGINE = Join(ANY, LEFT, a)",
        "CREATE DICTIONARY d (a Int8) PRIMARY KEY a SOURCE(CLICKHOUSE(TABLE 't')) LAYOUT(FLAT()) LIFETIME(0)",
        "SELECT file, url FROM t WHERE file IN ('file(x)') -- file(x)",
        "SELECT count(file) FROM t",
        "INSERT INTO file (a, b) FORMAT CSV\n1,file('x')",
        "SELECT * FROM numbers(3)",
        "SELECT extractURLParameter(url, 'a') FROM t",
        "ALTER TABLE t ADD COLUMN engine String",
        "EXCHANGE TABLES a AND b",
        "OPTIMIZE TABLE t FINAL",
        "SYSTEM STOP MERGES t",
        "SYSTEM FLUSH LOGS",
        "DESCRIBE TABLE file",
        "INSERT INTO TABLE file (a) VALUES (1)",
    ],
)
def test_allowed(sql: str) -> None:
    guard.check(parse(sql.encode()), REFUSED)
