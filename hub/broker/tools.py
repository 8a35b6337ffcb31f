"""What the machine must have before a broker can run."""

import re
import shutil
import subprocess

from hub.errors import HubError

_JAVA = 17  # the oldest Java that Kafka 4 runs on
_GET_JAVA = "`apt-get install openjdk-17-jre-headless` (Debian, Ubuntu) or `brew install openjdk@17` (macOS)"
_GET_MAVEN = "`apt-get install maven` (Debian, Ubuntu) or `brew install maven` (macOS)"


class BrokerError(HubError):
    """The broker cannot be prepared or does not answer; the message says what to do."""


def missing_tools() -> list[str]:
    """One line for each tool that is missing or too old, with how to get it. Empty when a broker can be fetched
    and run."""
    missing = []
    version = _java_version()
    if version is None:
        missing.append(f"Java {_JAVA} or newer is needed and `java` was not found: {_GET_JAVA}")
    elif version < _JAVA:
        missing.append(f"Java {_JAVA} or newer is needed and `java` is version {version}: {_GET_JAVA}")
    if shutil.which("mvn") is None:
        missing.append(f"Maven is needed to fetch the broker and `mvn` was not found: {_GET_MAVEN}")
    return missing


def _java_version() -> int | None:
    """The feature number of `java` (8 for 1.8.0), None if there is none that runs (macOS ships a stub)."""
    java = shutil.which("java")
    if java is None:
        return None
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    match = re.search(r'version "(?:1\.)?(\d+)', said.stderr + said.stdout)
    return int(match[1]) if match and said.returncode == 0 else None
