"""The violations by name."""

from __future__ import annotations

from collections.abc import Callable

from fakes.lab import FakeLab, LabNode

Plant = Callable[[FakeLab, LabNode], None]
VIOLATIONS: dict[str, Plant] = {}


def violation(name: str) -> Callable[[Plant], Plant]:
    """Register a way to break a lab."""

    def register(change: Plant) -> Plant:
        VIOLATIONS[name] = change
        return change

    return register
