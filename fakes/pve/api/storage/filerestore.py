"""Looking into backups, and into images to import."""

from __future__ import annotations

from fakes.pve.call import Call
from fakes.pve.http import ApiError, ParameterError, route
from fakes.pve.storage import volumes
from fakes.pve.storage.access import check_volume_access


def _backup_volid(storeid: str, volume: str) -> str:
    named, colon, _ = volume.partition(":")
    if not colon:
        return f"{storeid}:backup/{volume}"
    if named != storeid:
        raise ParameterError({"volume": f"storage ID mismatch ({named} != {storeid})."})
    return volume


def _refuse(call: Call) -> None:
    """Only Proxmox Backup Server lets one look into backups, and none is reachable."""
    reach = volumes(call.datacenter, call.node)
    storeid = call.params["storage"]
    config = reach.config(storeid)
    check_volume_access(call, _backup_volid(storeid, str(call.params["volume"])), content="backup")
    if config.type != "pbs":
        raise ParameterError({"storage": "Only PBS storages supported for file-restore."})
    reach.active(storeid)


@route("GET", "/nodes/{node}/storage/{storage}/file-restore/list", kind="refusal")
def list_files(call: Call) -> None:
    _refuse(call)


@route("GET", "/nodes/{node}/storage/{storage}/file-restore/download", kind="refusal")
def download_file(call: Call) -> None:
    _refuse(call)


@route("GET", "/nodes/{node}/storage/{storage}/import-metadata", kind="refusal")
def import_metadata(call: Call) -> None:
    reach = volumes(call.datacenter, call.node)
    plugin = reach.plugin(call.params["storage"])
    # A real node takes the parameter as the bare name here, even where it is a volume id.
    name = plugin.parse(str(call.params["volume"]))
    volid = f"{call.params['storage']}:{call.params['volume']}"
    check_volume_access(call, volid)
    if name.content != "import":
        raise ApiError(500, "storage plugin can only import volumes of type 'import'")
    if not reach.exists(volid):
        raise ApiError(500, f"volume '{volid}' does not exist")
    raise call.missing_handler()
