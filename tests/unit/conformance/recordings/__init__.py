"""Outputs of all probes as a node's shell printed them, delimiters and all."""

from __future__ import annotations

from pathlib import Path

from conformance.collect.output import Output
from conformance.collect.script import take_apart

MARK = "labctl-recorded"


def outputs_of(name: str) -> dict[str, Output]:
    """The recorded outputs of a node by probe."""
    return take_apart((Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8"), MARK)
