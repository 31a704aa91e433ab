"""HA resources and groups as `/etc/pve/ha/resources.cfg` and `groups.cfg` hold them.

A resource is named by its type and guest, ``vm:101``. One in state "ignored" is configured but not managed.
"""

from __future__ import annotations

import re
from typing import Any

from fakes.pve.datacenter import Datacenter
from fakes.pve.http import ApiError
from fakes.pve.sections import Section, format_sections, parse_sections, read_sections

RESOURCES = "ha/resources.cfg"
GROUPS = "ha/groups.cfg"
TYPES = ("ct", "vm")


def resources(datacenter: Datacenter) -> list[Section]:
    """The HA resources in the order of the file; shared, not to be changed."""
    return datacenter.cfs.parsed(RESOURCES, read_sections)


def groups(datacenter: Datacenter) -> dict[str, Section]:
    """The HA groups by name; shared, not to be changed."""
    return datacenter.cfs.parsed(GROUPS, parse_sections)


def split_sid(datacenter: Datacenter, sid: str) -> tuple[str, str]:
    """Type and guest number of a service id; a bare number is the guest of that number. ApiError for anything else."""
    if sid.isdigit():
        place = datacenter.guests.find(int(sid))
        if place is None:
            raise ApiError(500, f"resource '{sid}' does not exist in cluster")
        return ("vm" if place.kind == "qemu" else "ct"), sid
    kind, _, name = sid.partition(":")
    if kind not in TYPES:
        raise ApiError(500, f"unknown section type '{kind}'")
    if not re.fullmatch(r"[1-9]\d{2,8}", name):
        raise ApiError(500, "invalid VMID")
    return kind, name


def find(datacenter: Datacenter, kind: str, name: str) -> Section | None:
    """The resource of a type and guest, or None."""
    for section in resources(datacenter):
        if (section.type, section.id) == (kind, name):
            return section
    return None


def put(datacenter: Datacenter, section: Section) -> None:
    """Write a resource, in its old place or at the end."""
    found = [section if _same(one, section) else one for one in resources(datacenter)]
    if not any(_same(one, section) for one in found):
        found.append(section)
    datacenter.cfs.write(RESOURCES, format_sections(found))


def remove(datacenter: Datacenter, kind: str, name: str) -> bool:
    """Take a resource out; True where there was one."""
    left = [one for one in resources(datacenter) if (one.type, one.id) != (kind, name)]
    if len(left) == len(resources(datacenter)):
        return False
    datacenter.cfs.write(RESOURCES, format_sections(left))
    return True


def state_of(section: Section) -> str:
    """The state that is asked for: started, stopped, ignored or disabled."""
    return {"enabled": "started"}.get(section.options.get("state", "started"), section.options.get("state", "started"))


def resource_of(datacenter: Datacenter, vmid: int) -> Section | None:
    """The HA resource of a guest of either kind, or None."""
    return find(datacenter, "vm", str(vmid)) or find(datacenter, "ct", str(vmid))


def is_ha_managed(datacenter: Datacenter, vmid: int) -> bool:
    """True where the HA stack decides when a guest runs."""
    section = resource_of(datacenter, vmid)
    return section is not None and state_of(section) != "ignored"


def service_status(datacenter: Datacenter, kind: str, vmid: int) -> dict[str, Any]:
    """What a guest's status says about HA."""
    service = find(datacenter, kind, str(vmid))
    if service is None or state_of(service) == "ignored":
        return {"managed": 0}
    return {"managed": 1, "group": service.options.get("group"), "state": state_of(service)}


def request_ha_state(datacenter: Datacenter, vmid: int, state: str) -> None:
    """Ask the HA stack for another state of a guest: ``started`` or ``stopped``."""
    section = resource_of(datacenter, vmid)
    assert section is not None
    put(datacenter, Section(section.type, section.id, {**section.options, "state": state}))


def _same(one: Section, other: Section) -> bool:
    return (one.type, one.id) == (other.type, other.id)
