"""How commands speak: results on stdout, everything else on stderr; bars on a terminal, plain lines elsewhere."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

Update = Callable[[int], None]
_WIDE = 100_000  # columns of a table that no terminal has to show


def result(text: str) -> None:
    """One line of the answer."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def plain(value: Any) -> Any:
    """What JSON has no form for: a decimal is a number where that number is exactly the decimal, all else is text."""
    if not isinstance(value, Decimal):
        return str(value)
    if value == value.to_integral_value():
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else str(value.normalize())


def document(value: Mapping[str, Any]) -> None:
    """The one JSON document of `--json`."""
    result(json.dumps(value, ensure_ascii=False, indent=1, default=plain))


class Listing:
    """The one JSON document of `--json` with a list that may be too long to be held: its items, then all else."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._before = f'{{\n "{name}": ['

    def add(self, item: Mapping[str, Any]) -> None:
        """The next item."""
        result(f"{self._before}\n  {json.dumps(item, ensure_ascii=False, default=plain)}")
        self._before = ","

    def end(self, rest: Mapping[str, Any]) -> None:
        """All else: the document is whole then."""
        if self._before != ",":
            document({self._name: [], **rest})
        else:
            result(f" ],{json.dumps(rest, ensure_ascii=False, indent=1, default=plain)[1:]}")


def line(value: Mapping[str, Any]) -> None:
    """One record of many, as a line of JSON."""
    result(json.dumps(value, ensure_ascii=False, default=plain))


def say(text: str) -> None:
    """What the operator may want to know beside the answer."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Rows as a table: fitted to a terminal, at full width elsewhere."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        drawn.add_column(name, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(cell(value)) for value in row))
    Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False).print(drawn)


def cell(value: Any) -> str:
    """A value in a table or a CSV file: nested ones as JSON, none as nothing."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


@contextmanager
def progress(doing: str, total: int | None = None) -> Iterator[Update]:
    """Shows how far something is: the yielded function takes the number done so far."""
    if not sys.stderr.isatty():
        yield _lines(doing, total)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda done: bar.update(task, completed=done)


def _lines(doing: str, total: int | None) -> Update:
    """A line at every quarter of a known total, or every thousand."""
    step = max(1, total // 4) if total else 1000
    said = 0

    def update(done: int) -> None:
        nonlocal said
        if done // step > said:
            said = done // step
            say(f"{doing}: {done:,}" + (f" of {total:,}" if total else ""))

    return update
