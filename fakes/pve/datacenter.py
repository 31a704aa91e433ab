"""The state behind one or more APIs: the `/etc/pve` tree, the nodes, the clock.

A standalone node is a datacenter of one node; a cluster is one of several with a corosync.conf. Two independent
nodes are two datacenters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from fakes.pve.cfs import Tree
from fakes.pve.clock import Clock, VirtualClock
from fakes.pve.durations import INSTANT, Durations
from fakes.pve.effects import carry_out
from fakes.pve.faults import Faults
from fakes.pve.guests import GuestIndex
from fakes.pve.node import Node, NodeFacts
from fakes.pve.passwords import Passwords
from fakes.pve.schema import Schema, load_schema
from fakes.pve.statefolder import StateFolder
from fakes.pve.tickets import Door
from fakes.pve.usercfg import PATH as USER_CFG
from fakes.pve.usercfg import UserConfig
from fakes.pve.usercfg_file import format_user_cfg, parse_user_cfg

T = TypeVar("T")
COROSYNC = "corosync.conf"
DATACENTER_CFG = "datacenter.cfg"


def parse_options(text: str) -> dict[str, str]:
    """The ``key: value`` lines of a file such as datacenter.cfg."""
    pairs = (line.partition(":") for line in text.splitlines() if ":" in line and not line.startswith("#"))
    return {key.strip(): value.strip() for key, _, value in pairs}


class Datacenter:
    """Everything that clients of one pmxcfs share.

    With `state` (a folder) all files live below it, `etc/pve/…` and `nodes/<name>/…`, and survive kill -9.
    """

    def __init__(
        self,
        nodes: Sequence[NodeFacts],
        *,
        clock: Clock | None = None,
        state: Path | None = None,
        schema: Schema | None = None,
        durations: Durations = INSTANT,
        root_password: str = "labctl-root",
    ) -> None:
        self.clock: Clock = clock or VirtualClock()
        self.schema = schema or load_schema()
        self.durations = durations
        self._state = StateFolder(state) if state else None
        self.cfs = self._tree("etc/pve")
        trees = {facts.name: self._tree(f"nodes/{facts.name}") for facts in nodes}
        if self._state is not None:
            self._state.catch_up(self.clock)
        self.guests = GuestIndex(self.cfs)
        self.nodes: dict[str, Node] = {
            facts.name: Node(facts, trees[facts.name], self.clock, act=partial(carry_out, self)) for facts in nodes
        }
        self.faults = Faults()
        self.passwords = Passwords(self, root_password=root_password)
        self.door = Door(self)
        self._parts: dict[type[Any], Any] = {}

    def part(self, kind: Callable[[Datacenter], T]) -> T:
        """The one object of a class that belongs to this datacenter, made at the first call.

        For what an area keeps beside the files: caches, indexes, the hypervisor.
        """
        if kind not in self._parts:
            self._parts[kind] = kind(self)  # type: ignore[index]
        result: T = self._parts[kind]  # type: ignore[index]
        return result

    @property
    def is_cluster(self) -> bool:
        return COROSYNC in self.cfs

    @property
    def cluster_name(self) -> str | None:
        """The name in corosync.conf, or None outside a cluster."""
        found = re.search(r"^\s*cluster_name:\s*(\S+)", self.cfs.read(COROSYNC) or "", re.MULTILINE)
        return found[1] if found else None

    @property
    def access(self) -> UserConfig:
        """Users, groups, roles, ACLs and pools; shared, not to be changed (see `edit_access`)."""
        return self.cfs.parsed(USER_CFG, parse_user_cfg)

    @contextmanager
    def edit_access(self) -> Iterator[UserConfig]:
        """A copy of `access` to change; it is written when the block ends without an error."""
        config = parse_user_cfg(self.cfs.read(USER_CFG) or "")
        yield config
        self.cfs.write(USER_CFG, format_user_cfg(config))

    @property
    def options(self) -> dict[str, str]:
        """The options of datacenter.cfg as they are written; shared, not to be changed."""
        return self.cfs.parsed(DATACENTER_CFG, parse_options)

    def settle(self) -> None:
        """Carry out all work that is due."""
        for node in self.nodes.values():
            node.tasks.settle()

    def advance(self, seconds: float) -> None:
        """Let time pass, with every step of every task at its own moment."""
        pass_time(self.clock, list(self.nodes.values()), seconds)

    def flush(self) -> None:
        """Make every change durable where there is a state folder."""
        if self._state is not None:
            self._state.commit()

    def close(self) -> None:
        """Leave the state folder to others."""
        if self._state is not None:
            self._state.close()
            self._state = None

    def _tree(self, name: str) -> Tree:
        return self._state.tree(name, self.clock.now) if self._state is not None else Tree(now=self.clock.now)


def pass_time(clock: Clock, nodes: Sequence[Node], seconds: float) -> None:
    """Move a clock on and carry out the work of the nodes on the way, each step when it is due."""
    end = clock.now() + seconds
    while True:
        due = [node.tasks.next_due for node in nodes if node.tasks.next_due is not None]
        if not due or min(due) > end:
            break
        clock.advance(max(0.0, min(due) - clock.now()))
        for node in nodes:
            node.tasks.settle()
    clock.advance(max(0.0, end - clock.now()))
    for node in nodes:
        node.tasks.settle()
