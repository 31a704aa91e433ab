"""Backing up guests of a node now, the defaults for that, and the configuration inside an archive."""

from __future__ import annotations

from typing import Any

from fakes.pve.backup.job import run_job
from fakes.pve.backup.options import check_rights, checked, included_guests, node_defaults, structured
from fakes.pve.backup.restore import open_archive
from fakes.pve.call import Call
from fakes.pve.http import ApiError, ParameterError, route
from fakes.pve.storage import volumes
from fakes.pve.storage.access import check_volume_access

_CLI_ONLY = "option is only allowed on the command line interface."


@route("POST", "/nodes/{node}/vzdump")
def vzdump(call: Call) -> str:
    options = dict(call.params)
    if options.pop("stdout", 0):
        raise ParameterError({"stdout": _CLI_ONLY})
    options.pop("node", None)
    check_rights(call, options)
    storeid = options.get("storage") or (None if options.get("dumpdir") else node_defaults(call.node).get("storage"))
    if storeid:
        if "maxfiles" in options or "prune-backups" in options:
            call.require(f"/storage/{storeid}", "Datastore.Allocate")
        call.require(f"/storage/{storeid}", "Datastore.AllocateSpace")
    options = checked(options)
    if options.get("stop"):
        for task in list(call.node.tasks.running.values()):
            if task.type == "vzdump":
                call.node.tasks.stop(task)
    guests = [vmid for vmid in included_guests(call.datacenter, options) if _is_ours(call, vmid)]
    if not guests and not options.get("all"):
        return "OK"
    subject = str(guests[0]) if len(guests) == 1 else ""
    return call.start_task("vzdump", subject, lambda task: run_job(call, options, guests, task))


def _is_ours(call: Call, vmid: int) -> bool:
    """True for the guests of this node and for those that are nowhere, which then visibly fail."""
    place = call.datacenter.guests.find(vmid)
    return place is None or place.node == call.node.name


@route("GET", "/nodes/{node}/vzdump/defaults")
def defaults(call: Call) -> dict[str, Any]:
    found = node_defaults(call.node)
    storeid = call.get("storage") or found.get("storage")
    if storeid:
        call.require(f"/storage/{storeid}", "Datastore.Audit", "Datastore.AllocateSpace", any_of=True)
        config = volumes(call.datacenter, call.node).config(str(storeid))
        if "backup" not in config.content:
            raise ApiError(500, f"can't use storage '{storeid}' for backups - wrong content type")
        if config.path:
            found["dumpdir"] = config.folder("backup")
        found["prune-backups"] = config.text("prune-backups") or found["prune-backups"]
        found["storage"] = storeid
    for name in ("fleecing", "performance"):
        if isinstance(found[name], str):
            found[name] = structured(call.schema, name, found[name])
    if not call.is_root:
        for name in ("dumpdir", "tmpdir", "script"):
            found.pop(name, None)
    return found


@route("GET", "/nodes/{node}/vzdump/extractconfig")
def extractconfig(call: Call) -> str:
    volid = str(call.params["volume"])
    check_volume_access(call, volid, content="backup")
    shelf = volumes(call.datacenter, call.node)
    if not shelf.exists(volid):
        raise ApiError(500, f"volume '{volid}' does not exist")
    return open_archive(call, volid)[0].config
