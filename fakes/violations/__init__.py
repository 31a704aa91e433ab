"""Ways in which a lab may break its pages, each a change to a simulated lab that a collection must notice.

`plant(lab, node, what)` makes one; the names are what a person would call it. One module per kind of change.
"""

from __future__ import annotations

from fakes.lab import FakeLab
from fakes.violations import guests, hardware, system
from fakes.violations.registry import VIOLATIONS
from fixtures.errors import ConfigError, Problem

__all__ = ["VIOLATIONS", "guests", "hardware", "plant", "system"]


def plant(lab: FakeLab, node: str, what: str) -> None:
    """Break a node of a lab in a named way; ConfigError lists the names where there is none such."""
    if what not in VIOLATIONS:
        raise ConfigError(Problem("violation", f"no violation {what!r}", f"known: {', '.join(sorted(VIOLATIONS))}"))
    VIOLATIONS[what](lab, lab.nodes[node])
