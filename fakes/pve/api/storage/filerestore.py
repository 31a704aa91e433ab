"""Looking into backups, and into images to import."""

from __future__ import annotations

from fakes.pve.api.storage.content import real_volid
from fakes.pve.call import Call
from fakes.pve.http import ApiError, route
from fakes.pve.storage import volumes
from fakes.pve.storage.access import check_volume_access


def _refused(call: Call) -> None:
    reach = volumes(call.datacenter, call.node)
    storeid = call.params["storage"]
    volid = real_volid(storeid, str(call.params["volume"]))
    check_volume_access(call, volid, content="backup")
    config = reach.config(storeid)
    if config.type != "pbs":
        raise ApiError(500, f"storage '{storeid}' is not a PBS storage - file-restore is not supported")
    reach.active(storeid)


@route("GET", "/nodes/{node}/storage/{storage}/file-restore/list", kind="refusal")
def list_files(call: Call) -> None:
    _refused(call)


@route("GET", "/nodes/{node}/storage/{storage}/file-restore/download", kind="refusal")
def download_file(call: Call) -> None:
    _refused(call)


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
    if name.format != "ova":
        raise ApiError(500, f"can't extract config for import of format '{name.format}'")
    if not reach.exists(volid):
        raise ApiError(500, f"volume '{volid}' does not exist")
    raise call.missing_handler()
