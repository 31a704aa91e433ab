"""What a backup archive holds: the guest's configuration and, for each disk, what a restore needs to make it again.

The file begins with the magic of Proxmox's own format but has a text inside; it is read by this fake alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import orjson

from fakes.pve.drives import is_unused_key, parse_drive
from fakes.pve.http import ApiError

MAGIC = b"VMA\0"
DATA_DIRECTIVE = "#qmdump#"
_LINE = re.compile(r"([a-z][a-z_0-9\-]*?\d*):\s*(.*)")
_SECTION = re.compile(r"\[(.*)\]\s*")


@dataclass(frozen=True, slots=True)
class ArchivedDisk:
    """One disk in an archive; sizes in bytes, `storage` and `format` where it came from."""

    key: str
    storage: str
    format: str
    size: int
    used: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Archive:
    """The content of an archive; `config` is the text that `extractconfig` shows, `created` seconds since the epoch."""

    kind: str
    vmid: int
    config: str
    created: int
    disks: tuple[ArchivedDisk, ...] = ()
    firewall: str | None = None

    def encoded(self) -> bytes:
        """The bytes of the file."""
        return MAGIC + orjson.dumps(asdict(self))


def read_archive(data: bytes, path: str) -> Archive:
    """The archive in a file; ApiError where it is none."""
    if not data.startswith(MAGIC):
        raise ApiError(500, f"unable to read archive '{path}' - wrong magic number")
    try:
        values = orjson.loads(data[len(MAGIC) :])
    except orjson.JSONDecodeError as error:
        raise ApiError(500, f"unable to read archive '{path}' - {error}") from error
    disks = tuple(ArchivedDisk(**disk) for disk in values.pop("disks"))
    return Archive(**values, disks=disks)


def archived_config(text: str, disks: Iterable[ArchivedDisk]) -> tuple[str, list[str]]:
    """A guest's configuration file as an archive keeps it, and what the job says about what was left out."""
    kept: list[str] = []
    said: list[str] = []
    left_out: set[str] = set()
    for line in text.splitlines(keepends=True):
        section = _SECTION.fullmatch(line.rstrip("\n"))
        if section:
            left_out.add({"PENDING": "pending", "special:cloudinit": "cloudinit"}.get(section[1], "snapshot"))
        if left_out or line.startswith((DATA_DIRECTIVE, "#vzdump#")):
            continue
        found = _LINE.match(line)
        if found and is_unused_key(found[1]):
            volume = parse_drive(found[1], found[2].strip()).file
            said.append(f"skip unused drive '{volume}' (not included into backup)")
        elif not found or found[1] not in ("lock", "parent"):
            kept.append(line)
    kept += [f"{DATA_DIRECTIVE}map:{disk.key}:drive-{disk.key}:{disk.storage}:{disk.format}:\n" for disk in disks]
    if "snapshot" in left_out:
        said.append("snapshots found (not included into backup)")
    if "pending" in left_out:
        said.append("pending configuration changes found (not included into backup)")
    return "".join(kept), said
