"""The settings and the database of a request on a handle, for that request only.

A session's requests mostly bring the same ones, so they stay on the handle until a request brings others. Once a SET or
USE statement has changed the session itself, every request puts back what it found.
"""

from hub.engine.errors import EngineError
from hub.engine.statement import identifier, literal
from hub.engine.store import Handle, assign


def enter(handle: Handle, settings: dict[str, bytes], database: str, verb: str) -> list[bytes]:
    """Apply `settings` and `database` (if any) for a statement that begins with `verb`.

    Returns the statements that undo it. Raises EngineError for an unknown setting or database; nothing is applied then.
    """
    if not handle.changed and verb not in {"SET", "USE"}:
        _switch(handle, settings, database)
        return []
    _switch(handle, {}, "")
    handle.changed = True
    undo = _settings_now(handle, settings) if settings else []
    if database and verb != "USE":
        current, _ = handle.query(b"SELECT currentDatabase()", "RawBLOB")
        undo.append(b"USE " + identifier(current.decode()))
    try:
        if settings:
            handle.query(assign(settings))
        if database:
            handle.query(b"USE " + identifier(database))
    except EngineError:
        for sql in undo:
            handle.query(sql)
        raise
    return undo


def _switch(handle: Handle, settings: dict[str, bytes], database: str) -> None:
    """From what the handle's last request applied to what this one wants."""
    old, old_database = handle.applied
    if (settings, database) == handle.applied:
        return
    dropped = [name for name in old if name not in settings]
    try:
        if dropped:
            handle.query(_reset(handle, dropped))
        if settings:
            handle.query(assign(settings))
        if database != old_database:
            handle.query(b"USE " + identifier(database or "default"))
    except EngineError:
        for name in {*old, *settings}:
            _try_reset(handle, name)
        handle.query(b"USE default")
        handle.applied = ({}, "")
        raise
    handle.applied = (settings, database)


def _reset(handle: Handle, names: list[str]) -> bytes:
    first = {name: handle.defaults[name] for name in names if name in handle.defaults}
    others = (identifier(name) + b" = DEFAULT" for name in names if name not in first)
    return b"SET " + b", ".join([*([assign(first)[4:]] if first else []), *others])


def _try_reset(handle: Handle, name: str) -> None:
    try:
        handle.query(_reset(handle, [name]))
    except EngineError:
        return  # an unknown setting, which was never applied


def _settings_now(handle: Handle, settings: dict[str, bytes]) -> list[bytes]:
    """Statements that bring `settings` back to what they are now; unknown ones are left for SET to refuse."""
    names = b", ".join(literal(name.encode()) for name in settings)
    rows, _ = handle.query(b"SELECT name, value, changed FROM system.settings WHERE name IN (" + names + b")")
    undo: list[bytes] = []
    for row in rows.splitlines():
        name, value, changed = row.split(b"\t")
        # The value comes in TSV escapes, which are those of a string literal.
        undo.append(b"SET " + name + b" = " + (b"'" + value + b"'" if changed == b"1" else b"DEFAULT"))
    return undo
