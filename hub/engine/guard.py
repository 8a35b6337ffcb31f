"""What the embedded endpoint refuses: statements the engine cannot survive, or that reach files or the network.

The engine itself enforces most of it, through the grants in `store.py`. What it does not check is refused here:
INTO OUTFILE, FROM INFILE, the function `file`, engines by name, dictionary sources, disks, attaching by path.
"""

from collections.abc import Iterable

from hub.engine.errors import ACCESS_DENIED, NOT_IMPLEMENTED, EngineError
from hub.engine.statement import Statement, Token

_VERBS = frozenset({"BACKUP", "RESTORE", "GRANT", "REVOKE", "EXECUTE", "MOVE"})
_TABLE_ENGINES = frozenset(
    "MergeTree ReplacingMergeTree SummingMergeTree AggregatingMergeTree CollapsingMergeTree CoalescingMergeTree "
    "VersionedCollapsingMergeTree Null Memory Log TinyLog StripeLog Join Set Dictionary Buffer Merge View "
    "MaterializedView GenerateRandom".split()
)
_DATABASE_ENGINES = frozenset({"Atomic", "Memory"})
_ENGINES = _TABLE_ENGINES | _DATABASE_ENGINES
_DICTIONARY_SOURCES = frozenset({"CLICKHOUSE", "NULL"})
# Table functions that stay in the store. All others the engine has reach files, the network or this process.
_TABLE_FUNCTIONS = frozenset(
    "numbers numbers_mt zeros zeros_mt primes generaterandom generateseries generate_series values sqlstandardvalues "
    "view viewifpermitted viewexplain merge null format dictionary input loop fuzzjson fuzzquery mergetreeindex "
    "mergetreeprojection mergetreeanalyzeindexes mergetreetextindex mergetreecodecblockcounts".split()
)
# Scalar functions that reach files or the network, and disks defined in a query.
_FUNCTIONS = frozenset(
    "file disk catboostevaluate "
    "aiclassify aiembed aiextract aifilter airedact aisimilarity aigenerate aitranslate".split()
)
_HIGHER_ORDER = ("array", "map")
# Settings that make a format read a file, or ask an address, of the sender's choice.
_SETTINGS = frozenset(
    "format_schema format_template_row format_template_resultset format_avro_schema_registry_url "
    "format_schema_registry_url".split()
)
# What the grants let SYSTEM do; without an answer of theirs, SYSTEM SHUTDOWN ends every process of the hub.
_SYSTEM = frozenset({"START", "STOP", "REFRESH", "WAIT", "CANCEL", "RELOAD", "DROP", "CLEAR", "FLUSH"})


def refused_functions(table_functions: Iterable[str]) -> frozenset[str]:
    """Of the engine's `table_functions`, and of its other functions, the names that `check` refuses (lower case)."""
    return frozenset(name.lower() for name in table_functions) - _TABLE_FUNCTIONS | _FUNCTIONS


def check_settings(names: Iterable[str]) -> None:
    """Raise EngineError (ACCESS_DENIED) for a request's settings that reach files or the network."""
    for name in sorted(_SETTINGS.intersection(names)):
        _refuse(f"the setting {name}, which may reach files or the network")


def check(statement: Statement, refused: frozenset[str]) -> None:
    """Raise EngineError (ACCESS_DENIED) if the endpoint does not run `statement`; `refused` names functions."""
    if statement.verb in _VERBS:
        _refuse(f"the statement {statement.verb}")
    tokens = statement.tokens
    if statement.verb == "SYSTEM" and (len(tokens) < 2 or tokens[1].keyword not in _SYSTEM):
        _refuse("this statement SYSTEM")
    check_settings(token.name for token in tokens)
    for at, token in enumerate(tokens):
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        before = tokens[at - 1] if at else None
        if after is None or not token.name:
            continue
        if (token.keyword, after.keyword) in {("INTO", "OUTFILE"), ("FROM", "INFILE")}:
            _refuse(f"{token.keyword} {after.keyword}, which reaches the file system")
        if token.name.lower() in refused:
            _check_function(statement, at, before, after)
        if token.name == "input" and after.text == b"(" and statement.verb == "INSERT":
            raise EngineError(
                NOT_IMPLEMENTED, "The embedded engine has no input(): INSERT the data into a table first."
            )
    if statement.verb in {"CREATE", "REPLACE", "ATTACH"}:
        _check_definition(tokens)
    if statement.verb == "ATTACH" and any(token.keyword == "FROM" for token in tokens):
        _refuse("ATTACH ... FROM a path")


def _check_function(statement: Statement, at: int, before: Token | None, after: Token) -> None:
    """A call `file(...)`, and `file` handed to a function that calls it: arrayMap(file, ...), APPLY(file), AS alias."""
    tokens = statement.tokens
    previous = before.keyword if before is not None else ""
    described = previous == "TABLE" and statement.verb in {"DESCRIBE", "DESC"}
    named = previous in {"INTO", "TABLE", "EXISTS", "."} and not described  # there it names a table
    called = after.text == b"(" and not named
    caller = tokens[at - 2].name.lower() if at > 1 and previous == "(" else ""
    handed = previous == "APPLY" or (caller == "apply") or caller.startswith(_HIGHER_ORDER)
    if called or handed or (after.keyword == "AS" and previous in {"WITH", ","}):
        _refuse(f"the function {tokens[at].name}, which may reach files or the network")


def _check_definition(tokens: tuple[Token, ...]) -> None:
    """ENGINE = X must be an engine that lives in the store, SOURCE(X ...) one that reads the store. Both stand outside
    of parentheses and before AS SELECT; elsewhere the words are names."""
    depth = 0
    for at, token in enumerate(tokens):
        depth += {b"(": 1, b")": -1}.get(token.text, 0)
        if depth:
            continue
        if token.keyword in {"SELECT", "WITH"} and tokens[at - 1].keyword == "AS":
            return
        following = [other for other in tokens[at + 1 : at + 3] if other.text != b"="]
        if token.keyword == "ENGINE" and following and following[0].name and following[0].name not in _ENGINES:
            _refuse(f"ENGINE = {following[0].name} (it has {', '.join(sorted(_ENGINES))})")
        if token.keyword == "SOURCE" and following and following[0].text == b"(":
            source = following[-1].name.upper()
            if source not in _DICTIONARY_SOURCES or any(other.keyword == "HOST" for other in tokens[at + 3 :]):
                _refuse(f"a dictionary SOURCE({source}) outside this store")


def _refuse(what: str) -> None:
    raise EngineError(ACCESS_DENIED, f"The embedded endpoint refuses {what}. Run it on a ClickHouse server.")
