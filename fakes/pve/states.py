"""The whole state of a datacenter as a value: taken, kept, put back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fakes.pve.datacenter import Datacenter
from fakes.pve.entry import Content

Files = Mapping[str, Content]


@dataclass(frozen=True)
class State:
    """All files of a datacenter and of its nodes; running tasks are not in it."""

    cfs: Files
    nodes: Mapping[str, Files]


def take_state(datacenter: Datacenter) -> State:
    """Everything a datacenter holds now."""
    return State(datacenter.cfs.snapshot(), {name: node.files.snapshot() for name, node in datacenter.nodes.items()})


def restore_state(datacenter: Datacenter, state: State) -> None:
    """Make a datacenter what it was; tasks that run are forgotten without ending."""
    datacenter.cfs.restore(dict(state.cfs))
    for name, node in datacenter.nodes.items():
        node.files.restore(dict(state.nodes[name]))
        node.tasks.reload()
