"""How long work takes: named profiles of task durations in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

GIB = 1024**3


@dataclass(frozen=True)
class Durations:
    """Seconds by task type, plus seconds per GiB that is copied; types not named take `otherwise` seconds."""

    name: str
    seconds: Mapping[str, float] = field(default_factory=dict)
    per_gib: float = 0.0
    otherwise: float = 0.0
    waits: bool = True

    def of(self, kind: str, size_bytes: int = 0) -> float:
        """How long a task of this type takes when it moves so many bytes."""
        return self.seconds.get(kind, self.otherwise) + self.per_gib * size_bytes / GIB

    def wait(self, seconds: float) -> float:
        """How long waiting for something (a timeout, a retry) takes; profile `instant` does not wait."""
        return seconds if self.waits else 0.0


INSTANT = Durations("instant", waits=False)
# Measured on a small machine with an SSD: a disk copy at 250 MB/s, a start within two seconds.
LAB = Durations(
    "lab",
    seconds={"qmstart": 1.5, "qmstop": 1.0, "qmshutdown": 6.0, "qmclone": 1.5, "qmtemplate": 1.0, "qmdestroy": 1.0},
    per_gib=4.0,
    otherwise=0.8,
)
PROFILES: Mapping[str, Durations] = {profile.name: profile for profile in (INSTANT, LAB)}
