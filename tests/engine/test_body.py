"""Bodies: every frame is decoded, an unfinished one is an error, nothing exceeds its bound."""

import gzip
import zlib
from collections.abc import Callable

import lz4.frame
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from hub.engine import body
from hub.engine.errors import EngineError

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "lz4": lz4.frame.compress,
    "zstd": zstd.compress,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
}
ENCODINGS = sorted(COMPRESS)
LIMIT = 1 << 22


@given(st.lists(st.binary(min_size=1), min_size=1, max_size=5), st.sampled_from(ENCODINGS))
def test_all_frames_are_decoded(parts: list[bytes], encoding: str) -> None:
    sent = b"".join(COMPRESS[encoding](part) for part in parts)
    assert body.decode(sent, encoding, LIMIT) == b"".join(parts)


@given(st.binary(min_size=1, max_size=500), st.sampled_from(ENCODINGS), st.data())
def test_a_body_cut_short_is_an_error(part: bytes, encoding: str, data: st.DataObject) -> None:
    sent = COMPRESS[encoding](part)
    cut = data.draw(st.integers(1, len(sent) - 1))
    with pytest.raises(EngineError) as refusal:
        body.decode(COMPRESS[encoding](b"whole") + sent[:cut], encoding, LIMIT)
    assert refusal.value.code == 271


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_frame_larger_than_a_step_is_whole(encoding: str) -> None:
    data = bytes(range(256)) * 12_000
    assert body.decode(COMPRESS[encoding](data), encoding, LIMIT) == data


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_decompression_is_bounded(encoding: str) -> None:
    with pytest.raises(EngineError) as refusal:
        body.decode(COMPRESS[encoding](bytes(LIMIT + 1)), encoding, LIMIT)
    assert refusal.value.code == 223
    assert refusal.value.status == 413


@given(st.binary(max_size=3000), st.sampled_from(ENCODINGS))
def test_what_the_encoder_sends_is_one_frame(data: bytes, encoding: str) -> None:
    encoder = body.Encoder(encoding)
    sent = b"".join(encoder.add(data[at : at + 1000]) for at in range(0, len(data), 1000)) + encoder.end()
    assert body.decode(sent, encoding, LIMIT) == data


def test_an_unknown_encoding_is_not_implemented() -> None:
    with pytest.raises(EngineError) as refusal:
        body.decode(b"x", "br", LIMIT)
    assert refusal.value.status == 501
