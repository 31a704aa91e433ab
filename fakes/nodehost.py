"""The simulated machine of a single node that is no part of a site."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from fakes.pve.clock import SystemClock
from fakes.pve.dispatch import Api
from fakes.pve.hypervisor import MemoryHypervisor, use_hypervisor
from fakes.pve.node import NodeFacts
from fakes.pve.seed import standalone

if TYPE_CHECKING:
    from fakes.host.machine import Machine

PROFILE = "optiplex-7050-mff"
MAC = "02:00:00:00:00:01"


def node_api(name: str, state: Path | None, *, has_system: bool = True) -> Api:
    """The API of a node as the installer leaves it, or as its state folder holds it."""
    datacenter = standalone(NodeFacts(name), clock=SystemClock(), state=state)
    use_hypervisor(datacenter, MemoryHypervisor(datacenter, guests="linux" if has_system else "empty"))
    return Api(datacenter, name)


def machine_of(api: Api) -> Machine:
    """The machine around a node, of the make the lab consists of."""
    from fakes.host.machine import Machine
    from fixtures.hardware import load_profile

    name = api.node.name
    return Machine(
        name=name,
        domain=api.node.facts.domain,
        profile=load_profile(PROFILE),
        own=api.node.files,
        mac=MAC,
        product_uuid=hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(),
        clock=api.datacenter.clock,
        api=api,
    )
