"""What a caller may do with one virtual machine, its storages and its bridges."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fakes.pve.call import Call
from fakes.pve.http import ApiError, ForbiddenError
from fakes.pve.nets import parse_net

VNETS = "sdn/vnets.cfg"
LOCAL_ZONE = "localnetwork"


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights of a caller concerning a guest; a right at the `pool` it is created in counts as well."""

    call: Call
    vmid: int
    pool: str | None = None

    @property
    def is_root(self) -> bool:
        return self.call.is_root

    def at(self, path: str, *privileges: str, any_of: bool = False) -> None:
        """ForbiddenError where privileges at a path are missing."""
        self.call.require(path, *privileges, any_of=any_of)

    def guest(self, *privileges: str, any_of: bool = False) -> None:
        """ForbiddenError where privileges at the guest are missing."""
        if self.pool and self.call.allowed(f"/pool/{self.pool}", *privileges, any_of=any_of):
            return
        self.call.require(f"/vms/{self.vmid}", *privileges, any_of=any_of)

    def has_guest(self, *privileges: str) -> bool:
        """True where the caller has the privileges at the guest."""
        try:
            self.guest(*privileges)
        except ForbiddenError:
            return False
        return True

    def net(self, text: str) -> None:
        """ForbiddenError where the caller may not use the bridge (or the VLANs on it) of a network device."""
        if self.is_root:
            return
        net = parse_net(text)
        if not net.bridge:
            return
        vnets = self.call.datacenter.cfs.parsed(VNETS, parse_vnet_zones)
        path = f"/sdn/zones/{vnets.get(net.bridge, LOCAL_ZONE)}/{net.bridge}"
        tags = [str(net.tag)] if net.tag else []
        tags += [tag for part in net.options.get("trunks", "").split(";") if part for tag in _range(part)]
        for suffix in [f"/{tag}" for tag in tags] or [""]:
            self.at(path + suffix, "SDN.Use")

    def volume(self, volid: str, content: str, owner: int | None) -> None:
        """ForbiddenError where the caller may not use an existing volume of a storage for this guest."""
        place = f"/storage/{volid.partition(':')[0]}"
        if self.call.allowed(place, "Datastore.Allocate"):
            return
        if content in ("iso", "vztmpl", "import"):
            self.at(place, "Datastore.AllocateSpace", "Datastore.Audit", any_of=True)
        elif owner is not None and owner == self.vmid:
            return
        elif content == "backup" and owner is not None:
            self.at(place, "Datastore.AllocateSpace")
            self.at(f"/vms/{owner}", "VM.Backup")
        elif content in ("images", "rootdir") and owner is not None:
            self.at(place, "Datastore.Audit")
            self.at(f"/vms/{owner}", "VM.Config.Disk")
        else:
            raise ApiError(500, f"missing privileges to access {volid}")

    def path(self) -> None:
        """ApiError where the caller may not name files of the node."""
        if not self.is_root:
            raise ApiError(
                500, "Only root can pass arbitrary filesystem paths. at /usr/share/perl5/PVE/Storage.pm line 575."
            )


def _range(part: str) -> list[str]:
    first, _, last = part.partition("-")
    return [str(number) for number in range(int(first), int(last or first) + 1)]


def parse_vnet_zones(text: str) -> Mapping[str, str]:
    """The zone of each virtual network of sdn/vnets.cfg."""
    zones: dict[str, str] = {}
    current = ""
    for line in text.splitlines():
        if found := re.fullmatch(r"vnet:\s*(\S+)\s*", line):
            current = found[1]
        elif found := re.fullmatch(r"\s+zone\s+(\S+)\s*", line):
            zones[current] = found[1]
    return zones
