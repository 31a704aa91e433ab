"""The files of a file based storage that are no disk images: ISO images, templates, backups, snippets, imports.

Their content lies at its real path in the node's files; a backup has its notes and its protection beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from fakes.pve.storage.images import image_size
from fakes.pve.storage.names import BACKUP_NAME, IMPORT_NAME, ISO_NAME, TEMPLATE_NAME, VolumeName
from fakes.pve.storage.plugin import Log, Plugin, Row, Space, StorageError, Volume
from fakes.pve.storage.shelf import ROOT

GIB = 1024**3
FSTAB = "etc/fstab"
REACHABLE = "var/lib/labctl/reachable-servers"
_STANDARD = frozenset(
    ("", "/home", "/media", "/mnt", "/opt", "/root", "/srv", "/tmp", "/var", "/var/lib", "/var/lib/vz")
)
_ARCHIVE = re.compile(r"vzdump-(lxc|openvz|qemu)-(\d+)-(\d{4}_\d\d_\d\d-\d\d_\d\d_\d\d)\.")
_SHARE_BYTES = 1024 * GIB


class FileContent(Plugin):
    """The part of a file based storage that knows folders and files."""

    @property
    def group(self) -> str:
        """The file system its files are on."""
        return f"mnt/pve/{self.config.id}" if self.config.kind.is_remote else ROOT

    def activate(self) -> None:
        path = self.config.path
        if self.config.kind.is_remote:
            reachable = (self.node.files.read(REACHABLE) or "").split()
            if not {self.config.text("server"), self.config.text("server2")} & set(reachable):
                raise StorageError(f"storage '{self.config.id}' is not online")
            return
        if self.config.type == "btrfs":
            raise StorageError(f"'{path}' is not a btrfs file system")
        mountpoint = self.config.text("is_mountpoint")
        if mountpoint not in ("", "no", "0", "off", "false"):
            wanted = path if mountpoint in ("yes", "1", "on", "true") else mountpoint
            if wanted not in (self.node.files.read(FSTAB) or "").split():
                raise StorageError(
                    f"unable to activate storage '{self.config.id}' - directory is expected to be a mount point "
                    f"but is not mounted: '{wanted}'"
                )
        makes_path = self.config.options.get("mkdir", 1) and self.config.options.get("create-base-path", 1)
        if not makes_path and path not in _STANDARD and not self.node.files.is_folder((path or "")[1:]):
            raise StorageError(
                f"unable to activate storage '{self.config.id}' - directory '{path}' does not exist or is unreachable"
            )

    def space(self) -> Space | None:
        if self.config.kind.is_remote:
            return Space(_SHARE_BYTES, min(_SHARE_BYTES, self.shelf.used(self.group)))
        total = self.node.facts.root_bytes
        system = min(6 * GIB, total // 4)
        return Space(total, min(total, system + self.shelf.used(ROOT)))

    def file(self, name: VolumeName) -> str:
        """The path of a file in the node's tree."""
        return self.path(name)[1:]

    def has_file(self, name: VolumeName) -> bool:
        return self.file(name) in self.shelf.files

    def write(self, content: str, filename: str, data: bytes) -> str:
        """Put a file into the folder of its content type; returns the volume's name."""
        space = self.space()
        if space is None or len(data) > space.free:
            raise StorageError(f"error writing '{self.config.folder(content)}/{filename}': No space left on device")
        self.shelf.files.write(f"{self.config.folder(content)[1:]}/{filename}", data)
        return f"{content}/{filename}"

    def free_file(self, name: VolumeName, log: Log) -> None:
        """Remove a file; a missing one is logged, a protected one refused."""
        file = self.file(name)
        if f"{file}.protected" in self.shelf.files:
            raise StorageError(f"cannot remove protected volume '{self.full_name(name)}' on '{self.config.id}'")
        if file not in self.shelf.files:
            log(f"disk image '/{file}' does not exist")
            return
        self.shelf.files.delete(file)

    def remove_auxiliaries(self, name: VolumeName) -> None:
        """Remove log and notes of a backup that is gone."""
        file = self.file(name)
        stem = re.sub(r"\.(tgz|(tar|vma)(\.(gz|lzo|zst|bz2))?)$", "", file)
        for path in (f"{stem}.log", f"{file}.notes"):
            self.shelf.files.delete(path)

    def files(self, content: str, vmid: int | None = None) -> Iterator[Volume]:
        pattern = {"iso": ISO_NAME, "vztmpl": TEMPLATE_NAME, "backup": BACKUP_NAME, "import": IMPORT_NAME}.get(content)
        if vmid is not None and content in ("iso", "vztmpl", "import", "rootdir"):
            return
        folder = self.config.folder(content)
        for name in self.shelf.files.list(folder[1:]):
            found = pattern.fullmatch(name) if pattern else None
            if (pattern and not found) or f"{folder[1:]}/{name}" not in self.shelf.files:
                continue
            if content == "backup" and vmid is not None and f"-{vmid}-" not in name:
                continue
            yield self._volume(content, name, found[1] if found and found.lastindex else "")

    def file_volume(self, name: VolumeName) -> Volume | None:
        """The volume of a file, None where there is none."""
        if not self.has_file(name):
            return None
        return self._volume(name.content, name.name, name.format)

    def _volume(self, content: str, name: str, extension: str) -> Volume:
        path = f"{self.config.folder(content)}/{name}"
        archive = _ARCHIVE.match(name) if content == "backup" else None
        form = {"iso": "iso", "snippets": "snippet", "vztmpl": f"t{extension}"}.get(content, extension)
        notes = self.shelf.files.read(f"{path[1:]}.notes") if content == "backup" else None
        kind = re.match(r"vzdump-(lxc|openvz|qemu)-", name)
        owner = re.search(r"-([1-9]\d{2,8})-[^/]+\.", name) if content == "backup" else None
        return Volume(
            volid=f"{self.config.id}:{content}/{name}",
            storage=self.config.id,
            name=f"{content}/{name}",
            content=content,
            format=form,
            size=self.shelf.files.size(path[1:]),
            ctime=self._moment(archive[3]) if archive else int(self.shelf.files.mtime(path[1:])),
            path=path,
            vmid=int(owner[1]) if owner else None,
            notes=notes,
            protected=f"{path[1:]}.protected" in self.shelf.files,
            subtype=(kind[1] if kind else "unknown") if content == "backup" else None,
        )

    def _moment(self, text: str) -> int:
        zone = ZoneInfo((self.node.files.read("etc/timezone") or "UTC").strip())
        return int(datetime.strptime(text, "%Y_%m_%d-%H_%M_%S").replace(tzinfo=zone).timestamp())

    def file_row(self, volume: Volume) -> Row:
        row: Row = {
            "volid": volume.volid,
            "content": volume.content,
            "format": volume.format,
            "size": volume.size,
            "ctime": volume.ctime,
        }
        if volume.content == "backup":
            row["subtype"] = volume.subtype
            if volume.vmid is not None:
                row["vmid"] = volume.vmid
            if volume.notes is not None:
                row["notes"] = volume.notes.split("\n")[0]
            if volume.protected:
                row["protected"] = 1
        return row

    def virtual_size(self, name: VolumeName) -> tuple[int, str]:
        """Size and format that the image in a file has for a guest."""
        return image_size(self.shelf.files.read_bytes(self.file(name)) or b"", name.format)
