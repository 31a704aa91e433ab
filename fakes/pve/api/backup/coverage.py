"""Which guests and volumes the backup jobs cover."""

from __future__ import annotations

from typing import Any

from fakes.pve.backup.guest import is_included
from fakes.pve.backup.jobs import backup_jobs
from fakes.pve.backup.options import included_guests
from fakes.pve.call import Call
from fakes.pve.drives import drives
from fakes.pve.guestconf import GuestConfig, peek
from fakes.pve.guests import Place
from fakes.pve.http import ParameterError, route
from fakes.pve.lxc.mountpoints import mounts


@route("GET", "/cluster/backup/{id}/included_volumes")
def included_volumes(call: Call) -> dict[str, Any]:
    name = str(call.params["id"])
    job = backup_jobs(call.datacenter.cfs).get(name)
    if job is None:
        raise ParameterError({"id": f"No such job '{name}'"})
    guests = included_guests(call.datacenter, _selection(job.options))
    node = job.options.get("node")
    rows = []
    for vmid in guests:
        place = call.datacenter.guests.find(vmid)
        if (node and place and place.node != node) or not call.allowed(f"/vms/{vmid}", "VM.Audit"):
            continue
        rows.append(_guest(call, place) if place else {"id": vmid, "leaf": 1, "type": "unknown"})
    return {"children": rows}


def _selection(options: dict[str, str]) -> dict[str, Any]:
    return {**options, "all": options.get("all") == "1"}


def _guest(call: Call, place: Place) -> dict[str, Any]:
    config = peek(call.datacenter, place.vmid, place.kind, node=place.node)
    children = _disks(config, place) if place.kind == "qemu" else _mount_points(config, place)
    name = config.main.get("name" if place.kind == "qemu" else "hostname")
    return {"id": place.vmid, "name": name, "type": place.kind, "leaf": int(not children), "children": children}


def _disks(config: GuestConfig, place: Place) -> list[dict[str, Any]]:
    rows = []
    for drive in drives(config.main):
        if drive.is_cdrom:
            continue
        included = is_included(config, drive)
        reason = f"backup={'yes' if included else 'no'}"
        if drive.key.startswith("efidisk") and config.main.get("bios") != "ovmf":
            reason = "efidisk but no OMVF BIOS"
        rows.append(_volume(place, drive.key, drive.file, reason, included=included))
    return rows


def _mount_points(config: GuestConfig, place: Place) -> list[dict[str, Any]]:
    return [
        _volume(place, mount.key, mount.volume, mount.backup_reason, included=mount.is_backed_up)
        for mount in mounts(config.main)
    ]


def _volume(place: Place, key: str, volume: str, reason: str, *, included: bool) -> dict[str, Any]:
    return {"id": f"{place.vmid}:{key}", "name": volume, "included": int(included), "reason": reason, "leaf": 1}


@route("GET", "/cluster/backup-info/not-backed-up")
def not_backed_up(call: Call) -> list[dict[str, Any]]:
    covered: set[int] = set()
    for job in backup_jobs(call.datacenter.cfs).values():
        selection = _selection(job.options)
        if selection.get("pool") and selection["pool"] not in call.datacenter.access.pools:
            continue
        covered.update(included_guests(call.datacenter, selection))
    rows = []
    for place in call.datacenter.guests:
        if place.vmid in covered or not call.allowed(f"/vms/{place.vmid}", "VM.Audit"):
            continue
        config = peek(call.datacenter, place.vmid, place.kind, node=place.node)
        name = config.main.get("name" if place.kind == "qemu" else "hostname")
        rows.append({"vmid": place.vmid, "type": place.kind, **({"name": name} if name else {})})
    return rows
