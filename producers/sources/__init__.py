"""The adapters: one pure file per source format."""

from producers.sources import nhtsa_sgo
from producers.sources.contract import FormatError, Reject, Source

SOURCES: dict[str, Source] = {source.NAME: source for source in (nhtsa_sgo,)}
"""Every adapter by its name."""

__all__ = ["SOURCES", "FormatError", "Reject", "Source"]
