"""docs/signatures.md: its snippet checks a signature of the test vectors, and only what was signed."""

import contextlib
import io
import json
import re
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

ROOT = Path(__file__).parents[2]
(SNIPPET,) = re.findall(
    r"^```python\n(.*?)^```$", (ROOT / "docs" / "signatures.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)
VECTORS = json.loads((ROOT / "schemas" / "examples" / "signatures.json").read_text("utf-8"))


def run(folder: Path, event: int) -> str:
    """What the snippet says of an event, in a folder that has nothing but the vectors."""
    snippet = SNIPPET.replace('["events"][1]', f'["events"][{event}]')
    said = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(said):
        exec(compile(snippet, "signatures.md", "exec"), {})  # noqa: S102 - it is what a reader would run
    return said.getvalue()


def vectors(folder: Path, told: object) -> None:
    place = folder / "schemas" / "examples"
    place.mkdir(parents=True)
    (place / "signatures.json").write_text(json.dumps(told), "utf-8")


@pytest.mark.parametrize("event", range(len(VECTORS["events"])))
def test_the_snippet_follows_every_path(tmp_path: Path, event: int) -> None:
    vectors(tmp_path, VECTORS)
    assert run(tmp_path, event) == "said by acme\n"


@pytest.mark.parametrize("part", ["org", "key", "value", "leaf", "root", "seed"])
def test_the_snippet_finds_what_was_changed(tmp_path: Path, part: str) -> None:
    told = json.loads(json.dumps(VECTORS))
    place = told if part in told else told["events"][1]
    place[part] = ("1" if place[part][0] == "0" else "0") + place[part][1:]
    vectors(tmp_path, told)
    with pytest.raises((AssertionError, InvalidSignature)):
        run(tmp_path, 1)
