"""What a node does by itself later: effects that wait as data, so that they outlive a restart."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fakes.pve.datacenter import Datacenter
    from fakes.pve.node import Node

Effect = Callable[..., object]
EFFECTS: dict[str, Effect] = {}


def effect(name: str) -> Callable[[Effect], Effect]:
    """Register what happens under a name: a function of datacenter, node and the arguments it was put off with."""

    def register(act: Effect) -> Effect:
        if EFFECTS.setdefault(name, act) is not act:
            raise ValueError(f"effect {name!r} is registered twice")
        return act

    return register


def carry_out(datacenter: Datacenter, node: Node, name: str, *arguments: Any) -> None:
    """Let an effect happen now."""
    if name not in EFFECTS:
        # A short command has imported no more than its own area.
        from fakes.pve.api import load_routes

        load_routes()
    EFFECTS[name](datacenter, node, *arguments)
