"""The adapters: one pure file per source format."""

from producers.sources import (
    ca_dmv_collision,
    ca_dmv_disengagement,
    fda_device_events,
    jcqhc_near_miss,
    nhtsa_sgo,
)
from producers.sources.contract import FormatError, Reject, Skip, Source
from producers.sources.pseudonyms import Pseudonyms

SOURCES: dict[str, Source] = {
    source.NAME: source
    for source in (nhtsa_sgo, ca_dmv_disengagement, ca_dmv_collision, fda_device_events, jcqhc_near_miss)
}
"""Every adapter by its name."""

__all__ = ["SOURCES", "FormatError", "Pseudonyms", "Reject", "Skip", "Source"]
