"""Request bodies and response bodies: limits, compression, multipart forms."""

import zlib
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any, Protocol

import lz4.frame
from backports import zstd
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.types import Message, Receive

from hub.engine.errors import BAD_ARGUMENTS, CANNOT_DECOMPRESS, NOT_IMPLEMENTED, QUERY_IS_TOO_LARGE, EngineError
from hub.engine.request import ExternalTable, QueryRequest

_STEP = 1 << 20


class ClientGoneError(Exception):
    """The client left before its request was complete."""


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes | None: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int = ...) -> bytes: ...


class _Zlib:
    """zlib's decompressor with the interface of the others."""

    def __init__(self, wbits: int) -> None:
        self._inner = zlib.decompressobj(wbits)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    def decompress(self, data: bytes, max_length: int = 0) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


_DECOMPRESSORS: dict[str, Callable[[], _Decompressor]] = {
    "lz4": lz4.frame.LZ4FrameDecompressor,
    "zstd": zstd.ZstdDecompressor,
    "gzip": lambda: _Zlib(31),
    "deflate": lambda: _Zlib(15),
}


def _too_large(limit: int) -> EngineError:
    return EngineError(
        QUERY_IS_TOO_LARGE, f"The request body is larger than {limit} bytes: send smaller batches, or raise --max-body."
    )


async def receive(receive_message: Receive, headers: Headers, limit: int) -> AsyncGenerator[bytes, None]:
    """The body as it arrives. Raises EngineError beyond `limit` bytes, ClientGoneError if the client leaves."""
    announced = headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > limit:
        raise _too_large(limit)
    size = 0
    more = True
    while more:
        message: Message = await receive_message()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        more = message.get("more_body", False)
        yield chunk


def decode(body: bytes, encoding: str, limit: int) -> bytes:
    """`body` without its Content-Encoding: all frames until the input is used up.

    Raises EngineError for an unknown encoding, a damaged or unfinished frame, and more than `limit` decoded bytes.
    """
    if encoding in {"", "identity"} or not body:
        return body
    if encoding not in _DECOMPRESSORS:
        known = ", ".join(_DECOMPRESSORS)
        raise EngineError(NOT_IMPLEMENTED, f"Unknown Content-Encoding {encoding}: this endpoint knows {known}.")
    out = bytearray()
    try:
        for piece in _frames(body, _DECOMPRESSORS[encoding]):
            out += piece
            if len(out) > limit:
                raise _too_large(limit)
    except (RuntimeError, zlib.error, zstd.ZstdError, EOFError) as error:
        raise EngineError(CANNOT_DECOMPRESS, f"The request body is damaged or cut short ({encoding}).") from error
    return bytes(out)


def _frames(body: bytes, new: Callable[[], _Decompressor]) -> Iterator[bytes]:
    rest = body
    while rest:
        frame = new()
        given = rest
        rest = b""
        while not frame.eof:
            piece = frame.decompress(given, _STEP)
            given = b""
            if not piece and frame.needs_input and not frame.eof:
                raise EOFError
            yield piece
        rest = frame.unused_data or b""


class Encoder:
    """Compresses an answer piece by piece."""

    def __init__(self, encoding: str) -> None:
        self._inner: Any = None
        self._head = b""
        if encoding == "lz4":
            self._inner = lz4.frame.LZ4FrameCompressor()
            self._head = self._inner.begin()
        elif encoding == "zstd":
            self._inner = zstd.ZstdCompressor(level=1)
        else:
            self._inner = zlib.compressobj(level=3, wbits=31 if encoding == "gzip" else 15)

    def add(self, data: bytes) -> bytes:
        """What can be sent after `data`."""
        head, self._head = self._head, b""
        return head + bytes(self._inner.compress(data))

    def end(self) -> bytes:
        """The rest."""
        head, self._head = self._head, b""
        return head + bytes(self._inner.flush())


async def read_form(stream: AsyncGenerator[bytes, None], request: QueryRequest, limit: int) -> None:
    """Add a multipart form to `request`: text fields as parameters, file parts as external tables.

    Raises EngineError for a damaged form and for a table without a structure.
    """
    # Latin-1 keeps every byte of a text field: SQL may hold bytes that are not UTF-8.
    kind = request.headers["content-type"].split("charset")[0].rstrip("; ") + "; charset=latin-1"
    parser = MultiPartParser(Headers({"content-type": kind}), stream, max_files=1000, max_fields=10000)
    parser.max_part_size = limit
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:
        raise EngineError(BAD_ARGUMENTS, "The multipart form cannot be read.") from error
    try:
        for name, part in form.multi_items():
            if not isinstance(part, UploadFile):
                request.fields[name] = part.encode("latin-1")
        for name, part in form.multi_items():
            if isinstance(part, UploadFile):
                request.externals.append(_external(request, name, await part.read()))
    finally:
        await form.close()


def _external(request: QueryRequest, name: str, data: bytes) -> ExternalTable:
    structure = request.fields.get(f"{name}_structure")
    types = request.fields.get(f"{name}_types")
    if structure is None and types is None:
        raise EngineError(BAD_ARGUMENTS, f"The external table {name} has neither {name}_structure nor {name}_types.")
    if structure is None:
        structure = b", ".join(b"_%d %s" % (at, kind) for at, kind in enumerate(_split(types or b""), start=1))
    return ExternalTable(name, request.text(f"{name}_format", "TabSeparated"), structure, data)


def _split(types: bytes) -> Iterator[bytes]:
    """The types of a list such as "Decimal(9, 3), String": commas within parentheses separate nothing."""
    depth = 0
    begin = 0
    for at, char in enumerate(types):
        depth += {ord("("): 1, ord(")"): -1}.get(char, 0)
        if char == ord(",") and depth == 0:
            yield types[begin:at].strip()
            begin = at + 1
    yield types[begin:].strip()
