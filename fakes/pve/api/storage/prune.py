"""Which backups a storage keeps: the preview and the pruning itself."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.http import route
from fakes.pve.params import parse_property_string
from fakes.pve.storage import StorageError, Volumes, volumes
from fakes.pve.storage.retention import Backup, marked, stem
from fakes.pve.tasks import Task


def prune_list(
    call: Call, keep: dict[str, Any] | None, storeid: str, vmid: int | None, kind: str | None
) -> list[Backup]:
    """The backups of a storage with what the retention says about each, oldest first."""
    reach = volumes(call.datacenter, call.node)
    config = reach.config(storeid)
    if "backup" not in config.content:
        raise StorageError(f"storage '{storeid}' does not support backups")
    if keep is None:
        text = config.text("prune-backups")
        if not text:
            raise StorageError(f"no prune-backups options configured for storage '{storeid}'")
        keep = parse_property_string(call.schema, "prune-backups", text)
    zone = (call.node.files.read("etc/timezone") or "UTC").strip()
    return marked(_backups(reach, storeid, vmid, kind), keep, zone)


def _backups(reach: Volumes, storeid: str, vmid: int | None, kind: str | None) -> list[Backup]:
    found = []
    for volume in reach.list(storeid, "backup", vmid):
        own = stem(volume.name.removeprefix("backup/"))
        if own is None or (kind and volume.subtype != kind):
            if not kind:
                found.append(
                    Backup(
                        volume.volid,
                        volume.ctime,
                        volume.subtype or "unknown",
                        volume.vmid,
                        volume.protected,
                        is_standard=False,
                    )
                )
            continue
        found.append(Backup(volume.volid, volume.ctime, volume.subtype or "unknown", volume.vmid, volume.protected))
    return found


def _keep(call: Call) -> dict[str, Any] | None:
    text = call.get("prune-backups")
    return None if text is None else parse_property_string(call.schema, "prune-backups", text, "prune-backups")


@route("GET", "/nodes/{node}/storage/{storage}/prunebackups")
def preview(call: Call) -> list[dict[str, Any]]:
    keep = _keep(call)
    return [one.row() for one in prune_list(call, keep, call.params["storage"], call.get("vmid"), call.get("type"))]


@route("DELETE", "/nodes/{node}/storage/{storage}/prunebackups")
def prune(call: Call) -> str:
    storeid, vmid, kind = call.params["storage"], call.get("vmid"), call.get("type")
    call.require(f"/storage/{storeid}", "Datastore.Allocate" if vmid is None else "Datastore.AllocateSpace")
    if vmid is not None:
        call.require(f"/vms/{vmid}", "VM.Backup")
    keep = _keep(call)
    reach = volumes(call.datacenter, call.node)

    def work(task: Task) -> None:
        for backup in prune_list(call, keep, storeid, vmid, kind):
            if backup.mark == "remove":
                task.log(f"removing backup '{backup.volid}'")
                reach.free(backup.volid, log=task.log)
            else:
                task.log(f"keeping backup '{backup.volid}'" if backup.mark == "keep" else f"skipping '{backup.volid}'")

    subject = f"{vmid}@{storeid}" if vmid is not None else storeid
    return call.start_task("prunebackups", subject, work)
