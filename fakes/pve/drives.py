"""Drives of virtual machines: the text of ``scsi0``, ``ide2``, ``efidisk0``, … and the sizes in it.

Source: observed drive strings of PVE 8.4.1, the volume first and the other keys sorted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from fakes.pve.schema import Spec, load_schema

COUNTS = {"ide": 4, "scsi": 31, "virtio": 16, "sata": 6, "efidisk": 1, "tpmstate": 1}
# Every drive key, in the order Proxmox goes through them.
KEYS = tuple(f"{interface}{number}" for interface, count in COUNTS.items() for number in range(count))
_POSITION = {key: position for position, key in enumerate(KEYS)}
DISK_INTERFACES = ("ide", "scsi", "virtio", "sata")
_UNUSED = re.compile(r"unused([1-9]?\d|1\d\d|2[0-4]\d|25[0-5])")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([KMGT])?")
_FACTORS = {None: 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
_CLOUDINIT = re.compile(r"[:/](?:vm-\d+-)?cloudinit(?:\.(?:raw|qcow|qcow2|qed|vmdk|cloop))?$")
_ALIASES = {
    "volume": "file",
    "bps_rd_length": "bps_rd_max_length",
    "bps_wr_length": "bps_wr_max_length",
    "iops_rd_length": "iops_rd_max_length",
    "iops_wr_length": "iops_wr_max_length",
}


@dataclass(frozen=True, slots=True)
class Drive:
    """One drive; `size` in bytes, None where the text has none; `options` are texts, booleans "1" or "0"."""

    key: str
    file: str
    options: Mapping[str, str] = field(default_factory=dict)
    size: int | None = None

    @property
    def is_cdrom(self) -> bool:
        """True for CD drives, cloud-init drives included."""
        return self.options.get("media") == "cdrom"

    @property
    def is_cloudinit(self) -> bool:
        return _CLOUDINIT.search(self.file) is not None

    @property
    def is_volume(self) -> bool:
        """True where the drive names a volume of a storage, not ``none``, ``cdrom`` or a path."""
        return ":" in self.file and not self.file.startswith("/")

    @property
    def storage(self) -> str | None:
        """The storage of its volume, or None."""
        return self.file.partition(":")[0] if self.is_volume else None

    @property
    def interface(self) -> str:
        return self.key.rstrip("0123456789")

    @property
    def index(self) -> int:
        return int(self.key[len(self.interface) :])

    def with_file(self, file: str, size: int | None) -> Drive:
        """The same drive with another volume of a size in bytes."""
        return replace(self, file=file, size=size)

    def with_options(self, **options: str | None) -> Drive:
        """The same drive with options set, or taken away where the value is None; ``_`` stands for ``-``."""
        merged = {**self.options, **{key.replace("_", "-"): value for key, value in options.items()}}
        return replace(self, options={key: value for key, value in merged.items() if value is not None})


def is_drive_key(key: str) -> bool:
    """True for ide0 … tpmstate0, not for unusedN."""
    return key in _POSITION


def is_unused_key(key: str) -> bool:
    """True for unused0 … unused255."""
    return _UNUSED.fullmatch(key) is not None


def parse_size(text: str) -> int | None:
    """Bytes of a size such as ``32G`` (powers of 1024), None where the text is none."""
    found = _SIZE.fullmatch(text)
    return int(float(found[1]) * _FACTORS[found[2]]) if found else None


def format_size(size_bytes: int) -> str:
    """A size in the largest unit that divides it: ``4G``, ``3584M``, ``528K``, ``512``; nothing at all is ``0T``."""
    size, unit = size_bytes, ""
    for larger in "KMGT":
        if size % 1024:
            break
        size, unit = size // 1024, larger
    return f"{size}{unit}"


@cache
def drive_properties(interface: str) -> Mapping[str, Spec]:
    """The properties of the drives of an interface (``scsi``, ``efidisk``, …) by name."""
    properties: Mapping[str, Spec] = load_schema().formats[f"inline:create_vm.{interface}[n]"]["properties"]
    return properties


@cache
def _booleans() -> frozenset[str]:
    return frozenset(
        name
        for interface in COUNTS
        for name, spec in drive_properties(interface).items()
        if spec.get("type") == "boolean"
    )


def parse_drive(key: str, text: str | int) -> Drive:
    """Read a drive string such as ``local-lvm:vm-100-disk-0,size=32G,ssd=1``; nothing is checked here."""
    file, size = "", None
    options: dict[str, str] = {}
    for part in str(text).split(","):
        name, equals, value = part.partition("=")
        if not part.strip():
            continue
        name = _ALIASES.get(name, name)
        if not equals:
            file = part
        elif name == "file":
            file = value
        elif name == "size":
            size = parse_size(value)
        else:
            options[name] = _flag(value) if name in _booleans() else value
    return Drive(key, file, options, size)


def _flag(value: str) -> str:
    return "1" if value.lower() in ("1", "on", "yes", "true") else "0"


def format_drive(drive: Drive) -> str:
    """The text of a drive as Proxmox prints it."""
    options = dict(drive.options)
    if drive.size is not None:
        options["size"] = format_size(drive.size)
    return ",".join([drive.file, *(f"{name}={options[name]}" for name in sorted(options))])


def drives(section: Mapping[str, str | int], *, unused: bool = False) -> Iterator[Drive]:
    """The drives of a section in Proxmox's order, with `unused` followed by unused0, unused1, …"""
    for key in sorted((key for key in section if key in _POSITION), key=_POSITION.__getitem__):
        yield parse_drive(key, section[key])
    if unused:
        for key in sorted((key for key in section if is_unused_key(key)), key=lambda name: int(name[6:])):
            yield parse_drive(key, section[key])


def add_unused(section: dict[str, str | int], volume: str) -> str | None:
    """Note a volume under the lowest free unusedN; returns that key, or None where it was already noted."""
    if any(key.startswith("unused") and value == volume for key, value in section.items()):
        return None
    for number in range(256):
        key = f"unused{number}"
        if key not in section:
            section[key] = volume
            return key
    return None
