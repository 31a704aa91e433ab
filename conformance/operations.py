"""What automation does with guests, through the Proxmox API alone: find, clone, start, stop, destroy, ask.

`api` is a proxmoxer client throughout; tasks are waited for with proxmoxer's own `Tasks.blocking_status`.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proxmoxer.core import ResourceException
from proxmoxer.tools import Tasks

from fixtures.errors import LabError, Problem
from fixtures.inventory import mac_key

TASK_TIMEOUT_S = 600
POLL_S = 0.5


@dataclass(frozen=True)
class GuestRef:
    """A VM on a node."""

    node: str
    vmid: int
    name: str


class Operations:
    """The guests of one node, for automation that may change them."""

    def __init__(self, api: Any, node: str) -> None:
        self.api = api
        self.node = node

    def guests(self) -> tuple[GuestRef, ...]:
        """All VMs of the node that are no templates."""
        rows = self.api.nodes(self.node).qemu.get()
        return tuple(
            GuestRef(self.node, int(row["vmid"]), str(row.get("name", ""))) for row in rows if not row.get("template")
        )

    def running(self) -> frozenset[int]:
        """The numbers of the VMs that run."""
        return frozenset(
            int(row["vmid"]) for row in self.api.nodes(self.node).qemu.get() if row.get("status") == "running"
        )

    def find(self, name: str) -> GuestRef:
        """The VM of that name; LabError where there is none."""
        for guest in self.guests():
            if guest.name == name:
                return guest
        raise LabError(Problem(self.node, f"has no guest {name}"))

    def fedora_template(self) -> GuestRef:
        """The node's Fedora template; LabError where there is none."""
        for row in self.api.nodes(self.node).qemu.get():
            if row.get("template") and "fedora" in str(row.get("name", "")).casefold():
                return GuestRef(self.node, int(row["vmid"]), str(row["name"]))
        raise LabError(Problem(self.node, "has no Fedora template", "import the one that the image factory built"))

    def config(self, guest: GuestRef) -> Mapping[str, Any]:
        """The configuration of a VM."""
        found: Mapping[str, Any] = self._vm(guest).config.get()
        return found

    def macs(self, guest: GuestRef) -> tuple[str, ...]:
        """The MACs of a VM's network cards in lower case, by number of the card."""
        config = self.config(guest)
        cards = sorted((key for key in config if key.startswith("net")), key=lambda key: int(key[3:]))
        found = (mac_key(str(config[key]).split(",")[0].partition("=")[2]) for key in cards)
        return tuple(mac for mac in found if mac)

    def disks(self, guest: GuestRef) -> tuple[str, ...]:
        """The volumes of a VM's disks, CD-ROM drives left out."""
        buses = ("scsi", "virtio", "ide", "sata")
        drives = [
            str(value)
            for key, value in self.config(guest).items()
            if key.rstrip("0123456789") in buses and key[-1:].isdigit()
        ]
        return tuple(drive.split(",")[0] for drive in drives if "media=cdrom" not in drive)

    def clone(self, name: str, *, full: bool = True, mac: str | None = None, vmid: int | None = None) -> GuestRef:
        """A VM cloned from the node's Fedora template; with `mac`, its first card gets that address."""
        template = self.fedora_template()
        newid = vmid or int(self.api.cluster.nextid.get())
        self._done(self._vm(template).clone.post(newid=newid, name=name, full=int(full)))
        guest = GuestRef(self.node, newid, name)
        changes = {"onboot": 1, "ipconfig0": "ip=dhcp"}
        if mac is not None:
            card = str(self.config(guest)["net0"])
            rest = card.partition(",")[2]
            changes |= {"net0": f"virtio={mac.upper()}" + (f",{rest}" if rest else "")}
        self._vm(guest).config.put(**changes)
        return guest

    def start(self, guest: GuestRef) -> None:
        """Switch a VM on."""
        self._done(self._vm(guest).status.start.post())

    def destroy(self, guest: GuestRef) -> None:
        """Switch a VM off and remove it with its disks."""
        if self._vm(guest).status.current.get().get("status") == "running":
            self._done(self._vm(guest).status.stop.post())
        self._done(self._vm(guest).delete(purge=1))

    def addresses(
        self, guest: GuestRef, *, timeout_s: float = 120, wait: Callable[[float], None] = time.sleep
    ) -> tuple[str, ...]:
        """The IPv4 addresses that the guest agent reports, loopback left out; LabError where it stays silent."""
        waited = 0.0
        while True:
            with contextlib.suppress(ResourceException):
                answer = self._vm(guest).agent("network-get-interfaces").get()
                found = tuple(_ipv4s(answer.get("result", ())))
                if found:
                    return found
            if waited >= timeout_s:
                raise LabError(Problem(f"{guest.name} on {guest.node}", "its guest agent reports no address"))
            wait(2.0)
            waited += 2.0

    @contextlib.contextmanager
    def disposable(self, name: str) -> Iterator[GuestRef]:
        """A running clone of the template that is gone when the block ends, whatever happened in it."""
        guest = self.clone(name)
        try:
            self.start(guest)
            yield guest
        finally:
            self.destroy(guest)

    def _vm(self, guest: GuestRef) -> Any:
        return self.api.nodes(guest.node).qemu(guest.vmid)

    def _done(self, upid: str) -> None:
        # proxmoxer sleeps before it looks again, so a task that is over already is asked about directly.
        status = self.api.nodes(upid.split(":")[1]).tasks(upid).status.get()
        if status.get("status") != "stopped":
            status = Tasks.blocking_status(self.api, upid, timeout=TASK_TIMEOUT_S, polling_interval=POLL_S) or {}
        exitstatus = str(status.get("exitstatus", "did not end"))
        if exitstatus != "OK" and not exitstatus.startswith("WARNINGS"):
            raise LabError(Problem(upid, exitstatus, "read the task's log on the node"))


def _ipv4s(interfaces: Any) -> Iterator[str]:
    for interface in interfaces:
        for address in interface.get("ip-addresses", ()):
            if address.get("ip-address-type") == "ipv4" and not str(address["ip-address"]).startswith("127."):
                yield str(address["ip-address"])
