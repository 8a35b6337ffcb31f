"""The adapters: one pure file per source format."""

from producers.sources import (
    av_exposure,
    ca_dmv_collision,
    ca_dmv_disengagement,
    ca_dmv_mileage,
    ca_dmv_permits,
    certificates,
    fda_device_clearances,
    fda_device_events,
    jcqhc_near_miss,
    motor_claims,
    nhtsa_sgo,
)
from producers.sources.contract import FormatError, Notice, Outcome, Reject, Skip, Source
from producers.sources.pseudonyms import Pseudonyms

SOURCES: dict[str, Source] = {
    source.NAME: source
    for source in (
        nhtsa_sgo,
        ca_dmv_disengagement,
        ca_dmv_mileage,
        ca_dmv_permits,
        ca_dmv_collision,
        av_exposure,
        motor_claims,
        fda_device_clearances,
        fda_device_events,
        certificates,
        jcqhc_near_miss,
    )
}
"""Every adapter by its name."""

__all__ = ["SOURCES", "FormatError", "Notice", "Outcome", "Pseudonyms", "Reject", "Skip", "Source"]
