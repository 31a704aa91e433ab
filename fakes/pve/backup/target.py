"""Where a job puts its archives: the backup folder of a storage, or a plain folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fakes.pve.call import Call
from fakes.pve.http import ApiError
from fakes.pve.params import parse_property_string
from fakes.pve.storage.prunelist import prune_list
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import TaskError

_STAMP = "%Y_%m_%d-%H_%M_%S"


@dataclass
class Target:
    """A folder for archives; `keep` is the retention to apply afterwards, empty where nothing is pruned."""

    call: Call
    folder: str
    storeid: str | None
    keep: Mapping[str, Any] = field(default_factory=dict)

    def free_name(self, kind: str, vmid: int, moment: datetime, extension: str) -> str:
        """The name of an archive made at a moment; a second later where that name is taken."""
        while True:
            name = f"vzdump-{kind}-{vmid}-{moment.strftime(_STAMP)}{extension}"
            if f"{self.folder[1:]}/{name}" not in self.call.node.files:
                return name
            moment += timedelta(seconds=1)

    def write(self, filename: str, data: bytes) -> None:
        """Put an archive there."""
        if self.storeid is None:
            self.call.node.files.write(f"{self.folder[1:]}/{filename}", data)
        else:
            volumes(self.call.datacenter, self.call.node).write_file(self.storeid, "backup", filename, data)

    def annotate(self, filename: str, notes: str) -> None:
        self.call.node.files.write(f"{self.folder[1:]}/{filename}.notes", notes)

    def protect(self, filename: str) -> None:
        self.call.node.files.write(f"{self.folder[1:]}/{filename}.protected", "")

    def prune(self, kind: str, vmid: int) -> list[str]:
        """Remove what the retention does not keep of one guest; returns the volume ids that are gone."""
        if self.storeid is None:
            return []
        shelf = volumes(self.call.datacenter, self.call.node)
        listed = prune_list(self.call, dict(self.keep), self.storeid, vmid, kind)
        removed = [one.volid for one in listed if one.mark == "remove"]
        for volid in removed:
            shelf.free(volid)
        return removed


def open_target(call: Call, options: Mapping[str, Any]) -> Target:
    """The place that options name; TaskError with everything that is wrong with it."""
    problems: list[str] = []
    script = options.get("script")
    if script and str(script).lstrip("/") not in call.node.files:
        problems.append(f"The hook script '{script}' does not exist.")
    target = (
        _storage_target(call, options, problems) if options.get("storage") else _folder_target(call, options, problems)
    )
    temporary = options.get("tmpdir")
    if temporary and not _is_folder(call, str(temporary)):
        problems.append(f"tmpdir '{temporary}' does not exist")
    if problems:
        raise TaskError("\n".join(problems))
    return target


def _storage_target(call: Call, options: Mapping[str, Any], problems: list[str]) -> Target:
    storeid = str(options["storage"])
    shelf = volumes(call.datacenter, call.node)
    try:
        shelf.active(storeid)
    except ApiError as error:
        problems.append(f"could not activate storage '{storeid}': {error.message}")
    folder, keep = "", options.get("prune-backups")
    try:
        config = shelf.config(storeid)
        if "backup" not in config.content:
            raise ApiError(500, f"can't use storage '{storeid}' for backups - wrong content type")
        folder = config.folder("backup") if config.path else ""
        keep = keep or config.text("prune-backups")
    except ApiError as error:
        problems.append(f"could not get storage information for '{storeid}': {error.message}")
    return Target(call, folder, storeid, _retention(call, options, keep))


def _folder_target(call: Call, options: Mapping[str, Any], problems: list[str]) -> Target:
    folder = str(options["dumpdir"])
    if not _is_folder(call, folder):
        problems.append(f"dumpdir '{folder}' does not exist")
    return Target(call, folder.rstrip("/"), None)


def _is_folder(call: Call, path: str) -> bool:
    return path in ("/tmp", "/var/tmp", "/root", "/var/lib/vz/dump") or call.node.files.is_folder(path.strip("/"))


def _retention(call: Call, options: Mapping[str, Any], text: Any) -> dict[str, Any]:
    keep = parse_property_string(call.schema, "prune-backups", str(text)) if text else {}
    return {} if keep.get("keep-all") or not options.get("remove", 1) else keep
