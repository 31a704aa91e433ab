"""Something that runs probes on a node: an SSH session, or a testinfra host."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from conformance.collect.output import Output
from conformance.collect.probes import Probe


class Runner(Protocol):
    """Runs probes on one node and knows what time it is for the auditor."""

    def run(self, probes: Sequence[Probe]) -> Mapping[str, Output]:
        """The outputs by probe name; LabError when the node cannot be reached (any more)."""

    def now(self) -> float:
        """The auditor's time, in seconds since the epoch."""

    def close(self) -> None:
        """End the session."""


class HostRunner:
    """Runs each probe through a testinfra host, one command at a time."""

    def __init__(self, host: Any, *, now: Callable[[], float] = time.time) -> None:
        self._host = host
        self._now = now

    def run(self, probes: Sequence[Probe]) -> Mapping[str, Output]:
        """The outputs by probe name."""
        results = {probe.name: self._host.run(probe.command) for probe in probes}
        return {name: Output(result.rc, result.stdout, result.stderr) for name, result in results.items()}

    def now(self) -> float:
        """The auditor's time."""
        return self._now()

    def close(self) -> None:
        """Nothing to end: the host belongs to its target."""
