"""The broker's jars: fetched once per user with Maven, then shared by every hub of that user."""

import json
import os
import shutil
import subprocess
import tempfile
from importlib import resources
from pathlib import Path

from hub.broker.tools import BrokerError, missing_tools

VERSION = "4.3.1"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.7.1:copy-dependencies"
_MARKER = "complete.json"  # {jar name: size in bytes}, written last


def jars() -> Path:
    """The folder with the jars of Kafka 4.3.1, fetched now (some seconds, 44 MB) unless a complete one is there.

    Raises BrokerError when a tool is missing or Maven cannot fetch.
    """
    folder = _cache() / f"kafka-{VERSION}"
    if _complete(folder):
        return folder
    missing = missing_tools()
    if missing:
        raise BrokerError("\n".join(missing))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{folder.name}.", dir=folder.parent) as temporary:
        fetched = Path(temporary) / "jars"
        _fetch(fetched)
        _put(fetched, folder)
    return folder


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "incident-hub"


def _complete(folder: Path) -> bool:
    """Whether every jar that the marker names is there in its size: an interrupted copy has no marker."""
    try:
        sizes = json.loads((folder / _MARKER).read_text())
        return bool(sizes) and all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError):
        return False


def _fetch(folder: Path) -> None:
    folder.mkdir()
    maven = shutil.which("mvn") or "mvn"
    with resources.as_file(resources.files("hub.broker") / "pom.xml") as pom:
        command = [maven, "-q", "-B", "-f", str(pom), _COPY, "-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    sizes = {jar.name: jar.stat().st_size for jar in folder.glob("*.jar")}
    if done.returncode != 0 or f"kafka-server-{VERSION}.jar" not in sizes:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-5:])
        raise BrokerError(
            f"Maven could not fetch Kafka {VERSION}: see whether Maven Central can be reached from here "
            f"(a mirror or proxy belongs in ~/.m2/settings.xml), then try again. Maven said:\n{said}"
        )
    (folder / _MARKER).write_text(json.dumps(sizes, indent=1))


def _put(fetched: Path, folder: Path) -> None:
    """Move a complete folder to its place; another process may have done the same meanwhile."""
    if folder.exists() and not _complete(folder):
        folder.rename(fetched.parent / "broken")
    try:
        fetched.rename(folder)
    except OSError:
        if not _complete(folder):
            raise
