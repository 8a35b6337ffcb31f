"""Parquet as JSON Lines, a row a line: a row of a Parquet file has no bytes of its own, so these are its native record.

Decimals and whole numbers are written exactly, dates and times as ISO 8601 text. A column of floating point that a
mapping reads as an exact number is refused: money is decimal.
"""

import json
from collections.abc import Collection, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from mmap import mmap
from typing import Any

from producers.sources.contract import FormatError
from producers.sources.table import folded, listed

_ROWS = 10_000
"""Rows that are decoded at once."""


def json_lines(data: bytes | mmap, exact: Collection[str]) -> Iterator[bytes]:
    """The rows of a Parquet file, a line each; `exact` are columns that are numbers to a mapping.

    Raises ModuleNotFoundError without pyarrow, FormatError for what is no Parquet file or has such a column as floats.
    """
    import pyarrow as pa  # noqa: PLC0415 - only the hub has it, and only Parquet needs it
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        file = pq.ParquetFile(pa.BufferReader(pa.py_buffer(data)))
        wanted = set(map(folded, exact))
        floats = [
            field.name
            for field in file.schema_arrow
            if folded(field.name) in wanted and pa.types.is_floating(field.type)
        ]
        if floats:
            raise FormatError(f"these columns are floating point, and money is decimal: {listed(floats)}")
        for batch in file.iter_batches(_ROWS):
            for row in batch.to_pylist():
                yield f"{json.dumps(row, ensure_ascii=False, default=_text, allow_nan=True)}\n".encode()
    except (pa.ArrowException, OSError) as error:
        raise FormatError(f"no Parquet file that can be read ({type(error).__name__})") from None


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)
