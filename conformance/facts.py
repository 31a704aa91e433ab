"""All that a check may look at: one node's snapshot, its peers, the inventory and the site's few constants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conformance.findings import Outcome
from conformance.snapshot import Guest, Nic, Peer, Snapshot
from fixtures.inventory import Host, Inventory


@dataclass(frozen=True)
class SiteFacts:
    """What is known of a site without looking at its machines. None means that nobody said."""

    name: str
    inventory: Inventory | None
    hypervisors: Mapping[str, str | None] | None
    gateway: str | None = None
    declared: bool = True
    milestones: frozenset[str] = frozenset()
    attest: Mapping[str, Mapping[str, str]] | None = None


@dataclass(frozen=True)
class Facts:
    """One node as a check sees it. `outcome_of` gives another requirement's outcome for the same node."""

    snapshot: Snapshot
    peers: tuple[Peer, ...]
    site: SiteFacts
    outcome_of: Callable[[str], Outcome]

    @property
    def inventory(self) -> Inventory | None:
        """The site's inventory."""
        return self.site.inventory

    @property
    def guests(self) -> tuple[Guest, ...] | None:
        """All guests that are not templates."""
        found = self.snapshot.guests
        return None if found is None else tuple(guest for guest in found if guest.template is not True)

    @property
    def fedora_templates(self) -> tuple[Guest, ...] | None:
        """VM templates with Fedora in their name."""
        found = self.snapshot.guests
        if found is None:
            return None
        named = (guest for guest in found if "fedora" in (guest.name or "").casefold())
        return tuple(guest for guest in named if guest.kind == "qemu" and guest.template is True)

    @property
    def own_host(self) -> Host | None:
        """The inventory host of this node."""
        return self.host_named(self.snapshot.node)

    def host_named(self, name: str | None) -> Host | None:
        """The inventory host of that name, whatever the letter case."""
        if self.inventory is None or not name:
            return None
        wanted = name.casefold()
        return next((host for host in self.inventory.hosts.values() if host.name.casefold() == wanted), None)

    @property
    def uplinks(self) -> tuple[Nic, ...] | None:
        """The ports of vmbr0, else the port with the default route, else the only wired port; empty if there is none.

        None where the ports are not known, or which of several it is.
        """
        nics = self.snapshot.nics
        if nics is None:
            return None
        on_bridge = tuple(nic for nic in nics if nic.bridge == "vmbr0")
        if on_bridge:
            return on_bridge
        routed = self.snapshot.text("net.default_device")
        by_route = tuple(nic for nic in nics if routed is not None and routed in (nic.name, nic.bridge))
        wired = tuple(nic for nic in nics if nic.wireless is not True)
        return by_route or (wired if len(wired) <= 1 else None)

    @property
    def attested_install(self) -> str | None:
        """What a person vouches for: ``iso`` or ``pxe``, from the snapshot or else from the site file."""
        from_site = (self.site.attest or {}).get(self.snapshot.node, {}).get("install_method")
        return self.snapshot.text("attest.install_method") or from_site
