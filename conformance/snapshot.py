"""One node as it was seen: typed access to `labctl/snapshot/1`, judging nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conformance.view import View

SCHEMA = "labctl/snapshot/1"


@dataclass(frozen=True)
class Guest:
    """A VM or container; None means that this fact was not collected."""

    vmid: int | None
    kind: str | None
    name: str | None
    template: bool | None
    status: str | None
    tags: tuple[str, ...] | None
    pool: str | None
    description: str | None
    agent: bool | None
    disks: tuple[str, ...] | None
    macs: tuple[str, ...] | None
    onboot: bool | None
    ipconfig: tuple[str, ...] | None
    live_ipv4: tuple[str, ...] | None
    origin: str | None
    vlan_tags: tuple[int, ...] | None

    @classmethod
    def of(cls, view: View) -> Guest:
        """The guest that a snapshot's object describes."""
        return cls(
            vmid=view.whole("vmid"),
            kind=view.text("kind"),
            name=view.text("name"),
            template=view.flag("template"),
            status=view.text("status"),
            tags=view.texts("tags"),
            pool=view.text("pool"),
            description=view.text("description"),
            agent=view.flag("agent"),
            disks=view.texts("disks"),
            macs=view.texts("macs"),
            onboot=view.flag("onboot"),
            ipconfig=view.texts("ipconfig"),
            live_ipv4=view.texts("live_ipv4"),
            origin=view.text("origin"),
            vlan_tags=view.wholes("vlan_tags"),
        )

    @property
    def label(self) -> str:
        """The guest as a report names it, such as ``metrics-vm01 (101)``."""
        return f"{self.name or 'unnamed guest'} ({self.vmid if self.vmid is not None else '?'})"

    @property
    def is_vm(self) -> bool:
        """A virtual machine; a container is not."""
        return self.kind != "lxc"


@dataclass(frozen=True)
class Nic:
    """A physical network port of the node."""

    name: str | None
    bus: str | None
    pci_vendor: str | None
    pci_device: str | None
    driver: str | None
    mac: str | None
    carrier: bool | None
    speed_mbps: int | None
    duplex: str | None
    bridge: str | None
    wireless: bool | None

    @classmethod
    def of(cls, view: View) -> Nic:
        """The port that a snapshot's object describes."""
        return cls(
            name=view.text("name"),
            bus=view.text("bus"),
            pci_vendor=view.text("pci_vendor"),
            pci_device=view.text("pci_device"),
            driver=view.text("driver"),
            mac=view.text("mac"),
            carrier=view.flag("carrier"),
            speed_mbps=view.whole("speed_mbps"),
            duplex=view.text("duplex"),
            bridge=view.text("bridge"),
            wireless=view.flag("wireless"),
        )


@dataclass(frozen=True)
class Peer:
    """What is known of another node of the site; None means not collected."""

    node: str
    product_uuid: str | None
    machine_id: str | None
    guest_macs: tuple[str, ...] | None


class Snapshot(View):
    """A snapshot file's object. Unknown keys stay where they are and are ignored."""

    __slots__ = ()

    @property
    def node(self) -> str:
        """The node's label."""
        return self.text("node") or ""

    @property
    def role(self) -> str | None:
        """``management`` or ``tenant``."""
        return self.text("role")

    @property
    def site(self) -> str | None:
        """The site's label."""
        return self.text("site")

    @property
    def collected_at(self) -> str | None:
        """RFC 3339 time of the collection."""
        return self.text("collected_at")

    @property
    def rung(self) -> str:
        """Where it was collected (``fake``, ``nested``, ``hardware``); ``collected`` where the file does not say."""
        return self.text("rung") or "collected"

    @property
    def guests(self) -> tuple[Guest, ...] | None:
        """All guests with the templates."""
        found = self.views("guests")
        return None if found is None else tuple(Guest.of(view) for view in found)

    @property
    def nics(self) -> tuple[Nic, ...] | None:
        """All physical ports."""
        found = self.views("nics")
        return None if found is None else tuple(Nic.of(view) for view in found)

    @property
    def missing(self) -> Mapping[str, str]:
        """Dotted path to the reason why it could not be read."""
        found = self.raw("missing")
        return {str(key): str(value) for key, value in found.items()} if isinstance(found, Mapping) else {}

    def reasons_for(self, path: str) -> tuple[str, ...]:
        """Why something at `path` is missing: it, a part of it, or all that is around it."""
        return tuple(
            reason
            for known, reason in self.missing.items()
            if path == known or path.startswith(f"{known}.") or known.startswith(f"{path}.")
        )

    def as_peer(self) -> Peer:
        """What another node's judgement needs to know of this one."""
        guests = self.guests
        return Peer(
            node=self.node,
            product_uuid=self.text("dmi.product_uuid"),
            machine_id=self.text("machine_id"),
            guest_macs=None
            if guests is None or any(guest.macs is None for guest in guests if guest.template is not True)
            else tuple(mac for guest in guests if guest.template is not True for mac in guest.macs or ()),
        )
