"""Which nodes a command works on: pristine ones, those of a site, or those of a seed. Each gets an API of its own.

What only sites need is imported when there is one, so that a plain node starts quickly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from fakes.pve.adoption import adopt
from fakes.pve.api import load_routes
from fakes.pve.clock import Clock
from fakes.pve.datacenter import Datacenter
from fakes.pve.dispatch import Api
from fakes.pve.durations import INSTANT, Durations
from fakes.pve.hypervisor import MemoryHypervisor, use_hypervisor
from fakes.pve.lab_control import Answers
from fakes.pve.node import NodeFacts
from fakes.pve.schema import Schema
from fakes.pve.seed import install
from fakes.seeds import Seed, SeedError, is_etc_pve, plant, read_seed
from fixtures.errors import ConfigError, Problem

if TYPE_CHECKING:
    from fixtures.site import Site

DEFAULT_NODE = "hv01"


@dataclass(frozen=True)
class Origin:
    """What was asked for: a site, the names of nodes, a seed, a folder to keep the state in."""

    site: str | None = None
    names: Sequence[str] = ()
    seed: Path | None = None
    state: Path | None = None
    clock: Clock | None = None
    schema: Schema | None = None
    durations: Durations = INSTANT
    root_password: str = "labctl-root"
    guests: Literal["linux", "empty"] = "linux"

    def open(self) -> list[Answers]:
        """The APIs of the nodes, in their order; LabError where what was asked for does not fit together."""
        load_routes()
        if self.site is not None:
            from fixtures.site import load_site

            return self._lab(load_site(self.site), is_furnished=self.seed is not None)
        if self.seed is None:
            return [Api(self._datacenter([name], None)) for name in self.names or (DEFAULT_NODE,)]
        if self.seed.is_dir() and is_etc_pve(self.seed):
            return self._seeded(read_seed(self.seed))
        return self._lab(_site_of(self.seed), is_furnished=True)

    def _seeded(self, seed: Seed) -> list[Answers]:
        known = seed.nodes or list(self.names[:1]) or [DEFAULT_NODE]
        wanted = list(self.names) or known
        unknown = [name for name in wanted if name not in known]
        if unknown:
            raise SeedError(Problem(str(self.seed), f"has no node {', '.join(unknown)}", f"it has {', '.join(known)}"))
        if not seed.is_cluster:
            return [Api(self._datacenter([name], _own_part(seed, name))) for name in wanted]
        datacenter = self._datacenter(known, seed)
        return [Api(datacenter, name) for name in wanted]

    def _datacenter(self, names: Sequence[str], seed: Seed | None) -> Datacenter:
        """A datacenter of some nodes; several independent ones keep their states side by side."""
        is_alone = len(self.names) < 2 or len(names) > 1
        addresses = seed.addresses() if seed else {}
        datacenter = Datacenter(
            [_facts(name, addresses.get(name)) for name in names],
            clock=self.clock,
            state=self.state if is_alone or self.state is None else self.state / names[0],
            schema=self.schema,
            durations=self.durations,
            root_password=self.root_password,
        )
        use_hypervisor(datacenter, MemoryHypervisor(datacenter, guests=self.guests))
        is_new = "storage.cfg" not in datacenter.cfs
        if seed is not None and is_new:
            plant(datacenter, seed)
        install(datacenter, list(datacenter.nodes.values()))
        if seed is not None and is_new:
            adopt(datacenter)
            datacenter.flush()
        return datacenter

    def _lab(self, site: Site, *, is_furnished: bool) -> list[Answers]:
        from fakes.furnish import furnish
        from fakes.lab import FakeLab

        unknown = [name for name in self.names if name not in site.nodes]
        if unknown:
            hint = f"it has {', '.join(site.nodes) or 'none'}"
            raise ConfigError(Problem(f"site {site.name}", f"has no node {', '.join(unknown)}", hint))
        lab = FakeLab(
            site,
            clock=self.clock,
            state=self.state,
            schema=self.schema,
            durations=self.durations,
            root_password=self.root_password,
            guests=self.guests,
        )
        if not lab.nodes:
            raise ConfigError(Problem(f"site {site.name}", "declares no node with hardware and address"))
        if is_furnished and not any(len(node.api.datacenter.guests) for node in lab.nodes.values()):
            furnish(lab)
        return [node.front for name, node in lab.nodes.items() if not self.names or name in self.names]


def _facts(name: str, address: str | None) -> NodeFacts:
    facts = NodeFacts(name)
    return replace(facts, ip=address) if address else facts


def _own_part(seed: Seed, name: str) -> Seed:
    """What one independent node takes of a seed: everything but the other nodes' folders."""
    files = {path: text for path, text in seed.files.items() if _owner(path) in (None, name)}
    return Seed(files, {name: seed.local[name]} if name in seed.local else {})


def _owner(path: str) -> str | None:
    return path.split("/")[1] if path.startswith("nodes/") else None


def _site_of(path: Path) -> Site:
    """The site that an inventory (a folder or a file) declares."""
    from fixtures.site import load_site

    if path.is_dir():
        return load_site(path)
    if path.is_file():
        return load_site(path.parent, inventory=path)
    if path.parent == Path():
        # No such file: it may be the name of a site.
        return load_site(str(path))
    raise ConfigError(Problem(str(path), "does not exist", "expected a copy of /etc/pve, or an Ansible inventory"))
