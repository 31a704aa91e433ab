"""The content of a storage: list, allocate, look at, annotate, copy and delete volumes."""

from __future__ import annotations

import re
from typing import Any

from fakes.pve.call import Call
from fakes.pve.http import ApiError, ParameterError, route
from fakes.pve.storage import StorageError, volumes
from fakes.pve.storage.access import check_volume_access
from fakes.pve.storage.contentfiles import FileContent
from fakes.pve.storage.names import VolumeNameError, split_volid
from fakes.pve.storage.plugin import Row
from fakes.pve.tasks import Task, TaskError

_UNITS = {"": 1024, "M": 1024**2, "G": 1024**3}
PATH = "/nodes/{node}/storage/{storage}/content"


def real_volid(storeid: str, volume: str) -> str:
    """The volume id of a volume given as ``S:name`` or as the bare name."""
    if ":" not in volume:
        return f"{storeid}:{volume}"
    try:
        named, _ = split_volid(volume)
    except VolumeNameError as error:
        raise ParameterError({"volume": f"{error.message}\n"}) from error
    if named != storeid:
        raise ParameterError({"volume": f"storage ID mismatch ({named} != {storeid})\n"})
    return volume


def _volid(call: Call, name: str = "volume") -> str:
    volume = str(call.params[name])
    # The storage is always in an URL; `pvesm` may leave it to the volume id.
    return real_volid(call.get("storage") or volume.partition(":")[0], volume)


@route("GET", PATH)
def content(call: Call) -> list[Row]:
    reach = volumes(call.datacenter, call.node)
    vmid = call.get("vmid")
    rows = reach.rows(call.params["storage"], call.get("content"), vmid)
    if call.is_root:
        return rows
    return [row for row in rows if _visible(call, str(row["volid"]), vmid)]


def _visible(call: Call, volid: str, vmid: int | None) -> bool:
    try:
        check_volume_access(call, volid, vmid=vmid)
    except ApiError:
        return False
    return True


@route("POST", PATH)
def allocate(call: Call) -> str:
    name, form = str(call.params["filename"]), call.get("format")
    size = re.fullmatch(r"(\d+)([MG]?)", str(call.params["size"]))
    if not size:
        raise ParameterError({"size": f"unable to parse size '{call.params['size']}'"})
    extension = re.search(r"\.(raw|qcow2|vmdk)$", name)
    if extension:
        if form and form != extension[1]:
            raise ParameterError({"format": f"different storage formats ({form} != {extension[1]})"})
        form = extension[1]
    size_bytes = int(size[1]) * _UNITS[size[2]]
    reach = volumes(call.datacenter, call.node)
    return reach.allocate(call.params["storage"], call.params["vmid"], form, name, size_bytes, log=call.console.say)


@route("GET", f"{PATH}/{{volume}}")
def info(call: Call) -> dict[str, Any]:
    volid = _volid(call)
    reach = volumes(call.datacenter, call.node)
    check_volume_access(call, volid)
    volume = reach.info(volid)
    result: dict[str, Any] = {
        "path": volume.path,
        "size": volume.size,
        "used": volume.used or 0,
        "format": volume.format,
    }
    if volume.parent:
        result["parent"] = volume.parent
    if volume.content == "backup":
        result["protected"] = int(volume.protected)
        result["notes"] = volume.notes or ""
    return result


@route("PUT", f"{PATH}/{{volume}}")
def annotate(call: Call) -> None:
    volid = _volid(call)
    reach = volumes(call.datacenter, call.node)
    check_volume_access(call, volid)
    storeid, own = split_volid(volid)
    plugin = reach.plugin(storeid)
    name = plugin.parse(own)
    for attribute in ("notes", "protected"):
        if attribute not in call.params:
            continue
        if not isinstance(plugin, FileContent):
            if attribute == "notes":
                raise plugin.notes_problem()
            raise StorageError(f"attribute 'protected' is not supported for storage type '{plugin.config.type}'")
        if name.content != "backup":
            raise StorageError(f"only backups {_capability(attribute)}")
        beside = f"{plugin.file(name)}.{attribute}"
        if call.params[attribute]:
            plugin.shelf.files.write(beside, str(call.params["notes"]) if attribute == "notes" else "")
        else:
            plugin.shelf.files.delete(beside)


def _capability(attribute: str) -> str:
    return "can have notes" if attribute == "notes" else "support attribute 'protected'"


@route("POST", f"{PATH}/{{volume}}")
def copy(call: Call) -> str:
    source, target = _volid(call), _volid(call, "target")
    reach = volumes(call.datacenter, call.node)

    def work(task: Task) -> None:
        task.log(f"DEBUG: starting worker {task.upid}")
        storeid, own = split_volid(target)
        name = reach.plugin(storeid).parse(own)
        if name.vmid is None:
            raise TaskError("no VMID specified")
        reach.copy(source, storeid, name.vmid, name.format, name=name.name, log=task.log)
        task.log(f"DEBUG: end worker {task.upid}")

    return call.start_task("imgcopy", "", work)


@route("DELETE", f"{PATH}/{{volume}}")
def delete(call: Call) -> str:
    volid = _volid(call)
    reach = volumes(call.datacenter, call.node)
    storeid, _ = split_volid(volid)
    name = reach.parse(volid)
    if name.content == "backup" and name.vmid is not None:
        call.require(f"/storage/{storeid}", "Datastore.AllocateSpace")
        call.require(f"/vms/{name.vmid}", "VM.Backup")
    else:
        call.require(f"/storage/{storeid}", "Datastore.Allocate")

    def work(task: Task) -> None:
        reach.free(volid, log=task.log)
        task.log(f"Removed volume '{volid}'")
        plugin = reach.plugin(storeid)
        if name.content == "backup" and isinstance(plugin, FileContent):
            plugin.remove_auxiliaries(name)

    owner = f"{name.vmid}@" if name.vmid is not None else ""
    return call.start_task("imgdel", f"{owner}{storeid}", work)
