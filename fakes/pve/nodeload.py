"""How busy a node is: memory, disk and processor numbers that all lists, statistics and status pages share."""

from __future__ import annotations

from dataclasses import dataclass

from fakes.pve.node import Node

_SWING = 7


@dataclass(frozen=True, slots=True)
class Load:
    """The use of a node at one moment: memory and disk in bytes, processor time as shares, the load of one minute."""

    cpu: float
    iowait: float
    average: float
    memory_total: int
    memory_used: int
    root_total: int
    root_used: int
    received: float
    sent: float


def load_of(node: Node, at: float | None = None) -> Load:
    """The load of a node now or at a time; it swings a little, so that nobody takes it for a constant."""
    facts = node.facts
    swing = int(node.clock.now() if at is None else at) % _SWING
    return Load(
        cpu=round(0.01 + swing / 1000, 6),
        iowait=round(swing / 10_000, 6),
        average=round(0.04 + swing / 100, 2),
        memory_total=facts.memory_bytes,
        memory_used=facts.memory_bytes // 16,
        root_total=facts.root_bytes,
        root_used=facts.root_bytes // 20,
        received=2400.0 + 100 * swing,
        sent=1800.0 + 50 * swing,
    )
