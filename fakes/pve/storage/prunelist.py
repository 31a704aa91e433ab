"""The backups of a storage with what a retention says about each."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.params import parse_property_string
from fakes.pve.storage.plugin import StorageError, Volume
from fakes.pve.storage.retention import Backup, marked, stem
from fakes.pve.storage.volumes import volumes


def prune_list(
    call: Call, keep: dict[str, Any] | None, storeid: str, vmid: int | None, kind: str | None
) -> list[Backup]:
    """The backups of a storage with their marks, oldest first; `keep` None means the storage's own retention."""
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
    found = [_backup(volume) for volume in reach.list(storeid, "backup", vmid)]
    return marked([one for one in found if kind is None or one.type == kind], keep, zone)


def _backup(volume: Volume) -> Backup:
    is_standard = stem(volume.name.removeprefix("backup/")) is not None
    kind = volume.subtype or "unknown"
    return Backup(volume.volid, volume.ctime, kind, volume.vmid, volume.protected, is_standard=is_standard)
