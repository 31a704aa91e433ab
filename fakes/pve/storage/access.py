"""Who may use a volume."""

from __future__ import annotations

from fakes.pve.call import Call
from fakes.pve.storage.names import split_volid
from fakes.pve.storage.plugin import StorageError
from fakes.pve.storage.volumes import volumes


def check_volume_access(call: Call, volid: str, *, vmid: int | None = None, content: str | None = None) -> None:
    """Raise Proxmox's error where the caller may not use a volume for a guest, or it is not of a content type."""
    storeid, _ = split_volid(volid)
    name = volumes(call.datacenter, call.node).parse(volid)
    if content and name.content != content:
        raise StorageError(f"unable to use volume {volid} - content type needs to be '{content}'")
    path = f"/storage/{storeid}"
    if call.allowed(path, "Datastore.Allocate"):
        return
    if name.content in ("iso", "vztmpl", "import"):
        call.require(path, "Datastore.AllocateSpace", "Datastore.Audit", any_of=True)
    elif name.vmid is not None and name.vmid == vmid:
        return
    elif name.content == "backup" and name.vmid is not None:
        call.require(path, "Datastore.AllocateSpace")
        call.require(f"/vms/{name.vmid}", "VM.Backup")
    elif name.content in ("images", "rootdir") and name.vmid is not None:
        call.require(path, "Datastore.Audit")
        call.require(f"/vms/{name.vmid}", "VM.Config.Disk")
    else:
        raise StorageError(f"missing privileges to access {volid}")
