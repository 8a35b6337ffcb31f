"""Just enough of ClickHouse's lexical rules to know a statement's kind, its format, and where its data begins.

Works on bytes: SQL may hold bytes that are not UTF-8 (binary parameters).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from hub.engine.errors import SYNTAX_ERROR, EngineError

_TOKEN = re.compile(
    rb"""(?P<space>[\s\0]+ | --[^\n]* | //[^\n]* | \#[!\ ][^\n]*)
    |(?P<comment>/\*)
    |(?P<string>'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+' | \xe2\x80\x98.*?\xe2\x80\x99 | (?P<tag>\$\w*\$).*?(?P=tag))
    |(?P<quoted>`[^`\\]*+(?:(?:\\.|``)[^`\\]*+)*+` | "[^"\\]*+(?:(?:\\.|"")[^"\\]*+)*+" | \xe2\x80\x9c.*?\xe2\x80\x9d)
    |(?P<word>[A-Za-z_][A-Za-z0-9_$]*)
    |(?P<number>[0-9]+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(rb"/\*|\*/")
_ESCAPE = re.compile(r"\\x([0-9A-Fa-f]{2})|\\(.)|``|\"\"", re.DOTALL)
_AFTER_FORMAT = re.compile(rb"[ \t\f]*(?:;[ \t\f]*)?\r?\n?")

_STREAMED = frozenset({"SELECT", "WITH", "FROM", "("})
_ANSWERING = _STREAMED | {"SHOW", "DESCRIBE", "DESC", "EXPLAIN", "EXISTS", "CHECK", "KILL"}


class Token(NamedTuple):
    """One lexical token: `kind` is string, quoted, word, number or other."""

    kind: str
    text: bytes
    start: int
    end: int

    @property
    def name(self) -> str:
        """The identifier this token spells, without quotes and escapes; empty if it is none."""
        if self.kind == "word":
            return self.text.decode()
        if self.kind != "quoted":
            return ""
        quote = 3 if self.text[0] == 0xE2 else 1
        return _ESCAPE.sub(_unescaped, self.text[quote:-quote].decode(errors="replace"))

    @property
    def keyword(self) -> str:
        """The keyword this token may be, in capitals; punctuation as itself."""
        return self.text.decode().upper() if self.kind == "word" else self.text.decode(errors="replace")


@dataclass(frozen=True)
class Statement:
    """A statement, split from its data.

    `verb` is its first keyword; `sql` the text without inline data; `format` what FORMAT names, if anything; `data`
    the bytes after an INSERT's FORMAT (None unless it is such an INSERT); `insert_at` where FROM INFILE belongs.
    """

    verb: str
    sql: bytes
    format: str | None
    data: bytes | None = None
    insert_at: int = 0
    tokens: tuple[Token, ...] = field(default=(), repr=False)

    @property
    def answers(self) -> bool:
        """Whether the statement has a result (a client is then told its format, even when it is empty)."""
        return self.verb in _ANSWERING

    @property
    def may_stream(self) -> bool:
        """Whether the engine can hand out the result in blocks; totals come only with a whole result."""
        return self.verb in _STREAMED and not any(token.keyword == "TOTALS" for token in self.tokens)

    def reading(self, path: str) -> bytes:
        """The INSERT with its data taken from the file at `path`."""
        infile = f" FROM INFILE '{path}' COMPRESSION 'none' ".encode()
        return self.sql[: self.insert_at] + infile + self.sql[self.insert_at :]


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else (found[2] or found[0][0])


def tokens(sql: bytes) -> Iterator[Token]:
    """The tokens of `sql` without white space and comments, lazily: what follows an INSERT's FORMAT is not SQL."""
    at = 0
    while (found := _TOKEN.match(sql, at)) is not None:
        at = found.end()
        if found["comment"] is not None:
            at = _comment_end(sql, at)
        elif found["space"] is None:
            kind = "string" if found["tag"] is not None else found.lastgroup or "other"
            yield Token(kind, found[0], found.start(), at)


def _comment_end(sql: bytes, at: int) -> int:
    """Where the comment ends whose inside begins at `at`: comments nest."""
    depth = 1
    for edge in _COMMENT_EDGE.finditer(sql, at):
        depth += 1 if edge[0] == b"/*" else -1
        if depth == 0:
            return edge.end()
    return len(sql)


def parse(sql: bytes) -> Statement:
    """Split `sql`. Raises EngineError (SYNTAX_ERROR) for no statement or for more than one."""
    stream = tokens(sql)
    seen: list[Token] = []
    top: list[Token] = []
    depth = 0
    for token in stream:
        if token.text == b";":
            if any(stream):
                raise EngineError(SYNTAX_ERROR, "Syntax error (Multi-statements are not allowed): send one statement.")
            break
        seen.append(token)
        depth += {b"(": 1, b")": -1}.get(token.text, 0)
        if depth == 0:
            top.append(token)
        if depth == 0 and _starts_data(top):
            return _insert(sql, seen, top)
    if not seen:
        raise EngineError(SYNTAX_ERROR, "Syntax error: Empty query.")
    verb = seen[0].keyword
    if verb == "WITH" and any(token.keyword == "INSERT" for token in top):
        verb = "INSERT"
    return Statement(verb, sql[: seen[-1].end], _output_format(top), tokens=tuple(seen))


def _starts_data(top: list[Token]) -> bool:
    """Whether the last token names the format of an INSERT's data. After VALUES everything is SQL, for it may hold
    expressions; so it is after SELECT."""
    if len(top) < 3 or top[-2].keyword != "FORMAT" or top[-1].name.upper() in {"", "VALUES"}:
        return False
    words = [token.keyword for token in top]
    if words[0] not in {"INSERT", "WITH"} or "INSERT" not in words:
        return False
    return not {"SELECT", "WITH", "FROM", "VALUES"} & set(words[words.index("INSERT") :])


def _insert(sql: bytes, seen: list[Token], top: list[Token]) -> Statement:
    begin = _AFTER_FORMAT.match(sql, top[-1].end)
    offset = begin.end() if begin else top[-1].end
    clause = next((token for token in top if token.keyword == "SETTINGS"), top[-2])
    return Statement("INSERT", sql[: top[-1].end], top[-1].name, sql[offset:], clause.start, tuple(seen))


def _output_format(top: list[Token]) -> str | None:
    """What a final FORMAT clause names; a column may be called format, so only the end counts."""
    for at in range(len(top) - 2, 0, -1):
        if top[at].keyword == "FORMAT" and top[at + 1].name:
            rest = top[at + 2 : at + 3]
            return top[at + 1].name if not rest or rest[0].keyword == "SETTINGS" else None
    return None


def literal(value: bytes) -> bytes:
    """`value` as a ClickHouse string literal."""
    return b"'" + value.replace(b"\\", b"\\\\").replace(b"'", b"\\'") + b"'"


def identifier(name: str) -> bytes:
    """`name` as a quoted ClickHouse identifier."""
    return b"`" + name.encode().replace(b"\\", b"\\\\").replace(b"`", b"\\`") + b"`"
