"""Which backups a storage keeps: the preview and the pruning itself."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.http import route
from fakes.pve.params import parse_property_string
from fakes.pve.storage import volumes
from fakes.pve.storage.prunelist import prune_list
from fakes.pve.tasks import Task


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
