"""Frozen SQL files, applied in order, each once; their checksums are kept beside the data."""

from hashlib import sha256
from importlib.resources import files

from clickhouse_connect.driver.client import Client


class MigrationError(RuntimeError):
    """A migration that was applied is not the one in this release."""


def statements(sql: str) -> list[str]:
    """The statements of a file; a semicolon at the end of a line ends one."""
    return [part.strip() for part in sql.replace(";\n", "\x00").split("\x00") if part.strip()]


def migrations() -> dict[str, str]:
    """Every migration of this release: file name -> SQL, in order."""
    folder = files("commons") / "migrations"
    return {path.name: path.read_text("utf-8") for path in sorted(folder.iterdir(), key=lambda path: path.name)}


def migrate(client: Client) -> list[str]:
    """Apply what is missing and return its names; MigrationError when an applied file has changed since.

    A migration that was interrupted is not recorded and runs again: its statements are CREATE TABLE, made repeatable
    here, so that the files themselves stay plain.
    """
    client.command(
        "CREATE TABLE IF NOT EXISTS hub.migrations"
        " (name String, sha256 String, at DateTime64(3, 'UTC') DEFAULT now64(3))"
        " ENGINE = ReplacingMergeTree ORDER BY name SETTINGS fsync_after_insert = 1"
    )
    rows = client.query("SELECT name, sha256 FROM hub.migrations FINAL").result_rows
    applied = {str(name): str(digest) for name, digest in rows}
    done = []
    for name, sql in migrations().items():
        digest = sha256(sql.encode()).hexdigest()
        if applied.get(name, digest) != digest:
            raise MigrationError(f"migration {name} was changed after it was applied: restore the file of the release")
        if name in applied:
            continue
        for statement in statements(sql):
            client.command(statement.replace("CREATE TABLE hub.", "CREATE TABLE IF NOT EXISTS hub.", 1))
        client.insert("hub.migrations", [[name, digest]], column_names=["name", "sha256"])
        done.append(name)
    return done
