"""The configuration of a guest: main section, pending changes, cloud-init state and snapshots, as its file holds them.

`parse_guest` and `format_guest` round-trip the file; `load` gives a copy to work on, `peek` the shared parsed one.
Source: files below /etc/pve of a PVE 8.4.1 node.
"""

from __future__ import annotations

import re
import sys
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from fakes.pve.cfs import digest as digest_of
from fakes.pve.datacenter import Datacenter
from fakes.pve.guestkeys import Value, stored_value
from fakes.pve.guests import config_path
from fakes.pve.http import ApiError

PENDING = "PENDING"
CLOUDINIT = "special:cloudinit"
_SECTION = re.compile(r"\[([^\]]+)\]\s*")
_LINE = re.compile(r"([a-z][a-z_0-9\-]*?\d*):\s*(.+?)\s*")
_LXC_LINE = re.compile(r"(lxc\.[a-z0-9_\-.]+)(?::|\s*=)\s*(.*?)\s*")
_VOLUME_KEY = re.compile(r"(?:ide|scsi|virtio|sata|efidisk|tpmstate|mp)\d+|rootfs")
# Text of description lines: printable ASCII but % and the colon stays as it is.
_UNSAFE = re.compile(r"[^\x20-\x24\x26-\x39\x3b-\x7e]")

Section = dict[str, Value]
_SHORT = 20


@dataclass(slots=True)
class GuestConfig:
    """A guest's file in parts; integers and booleans are int, everything else text.

    `deleting` maps keys whose removal is pending to True where their volume is to be destroyed. `lxc` holds the raw
    ``lxc.*`` lines of a container. `digest` is that of the file as read. `warnings` are the lines that could not be
    read, in Proxmox's words; they vanish when the file is written.
    """

    kind: str = "qemu"
    main: Section = field(default_factory=dict)
    pending: Section = field(default_factory=dict)
    deleting: dict[str, bool] = field(default_factory=dict)
    cloudinit: Section = field(default_factory=dict)
    snapshots: dict[str, Section] = field(default_factory=dict)
    lxc: list[tuple[str, str]] = field(default_factory=list)
    digest: str = ""
    warnings: tuple[str, ...] = ()

    def copy(self) -> GuestConfig:
        """An equal configuration that may be changed."""
        return replace(
            self,
            main=dict(self.main),
            pending=dict(self.pending),
            deleting=dict(self.deleting),
            cloudinit=dict(self.cloudinit),
            snapshots={name: dict(section) for name, section in self.snapshots.items()},
            lxc=list(self.lxc),
        )

    @property
    def lock(self) -> str | None:
        """What the guest is locked for, e.g. ``backup``, or None."""
        lock = self.main.get("lock")
        return str(lock) if lock else None

    @property
    def is_template(self) -> bool:
        return bool(self.main.get("template"))

    @property
    def is_protected(self) -> bool:
        return bool(self.main.get("protection"))

    def check_lock(self) -> None:
        """ApiError where the guest is locked."""
        if self.lock:
            raise ApiError(500, f"{'VM' if self.kind == 'qemu' else 'CT'} is locked ({self.lock})")

    def check_digest(self, expected: str | None) -> None:
        """ApiError where a digest was given and the file has changed since."""
        if expected and expected != self.digest:
            raise ApiError(500, "checksum mismatch (file change by other user?)")

    def sections(self) -> Iterator[tuple[str, Section]]:
        """The main section under "", then each snapshot's under its name."""
        yield "", self.main
        yield from self.snapshots.items()


def _parser(kind: str) -> Callable[[str], GuestConfig]:
    def parse(text: str) -> GuestConfig:
        return parse_guest(text, kind)

    return parse


_PARSERS: Mapping[str, Callable[[str], GuestConfig]] = {kind: _parser(kind) for kind in ("qemu", "lxc")}


def parse_guest(text: str, kind: str = "qemu") -> GuestConfig:
    """Read a configuration file; lines that cannot be read become `warnings`."""
    config = GuestConfig(kind=kind, digest=digest_of(text))
    section, notes = config.main, list[str]()
    warnings: list[str] = []
    in_pending = False

    def close() -> None:
        if notes:
            joined = "\n".join(notes)
            section["description"] = f"{joined}\n" if kind == "lxc" else joined.rstrip()
            notes.clear()

    for line in text.split("\n"):
        if not line.strip():
            continue
        if line[0] == "[" and (found := _SECTION.fullmatch(line)):
            close()
            name = found[1]
            in_pending = name.upper() == PENDING
            if in_pending:
                section = config.pending
            elif name == CLOUDINIT:
                section = config.cloudinit
            else:
                section = config.snapshots.setdefault(name, {})
        elif line[0] == "#":
            notes.append(urllib.parse.unquote(line[1:]))
        elif kind == "lxc" and (found := _LXC_LINE.fullmatch(line)):
            config.lxc.append((found[1], found[2]))
        elif found := _LINE.fullmatch(line):
            key, raw = sys.intern(found[1]), found[2]
            if key == "delete" and in_pending:
                config.deleting.update(_parse_delete(raw))
                continue
            # Most short values are the same in many guests.
            value, problem = stored_value(kind, key, sys.intern(raw) if len(raw) < _SHORT else raw)
            if problem and section is not config.cloudinit:
                warnings.append(f"unable to parse value of '{key}' - {problem}")
                continue
            section[key] = value
        else:
            warnings.append(f"unable to parse config: {line}")
    close()
    config.warnings = tuple(warnings)
    return config


def _parse_delete(text: str) -> Iterator[tuple[str, bool]]:
    for item in re.split(r"[,;\s]+", text):
        if item:
            yield item.lstrip("!"), item.startswith("!")


def format_guest(config: GuestConfig) -> str:
    """The text of the file: notes first, keys sorted, then pending changes, cloud-init state and snapshots."""
    text = _format_section(config.main)
    text += "".join(f"{key}: {value}\n" for key, value in config.lxc)
    if config.pending or config.deleting:
        pending: Section = dict(config.pending)
        if config.deleting:
            pending["delete"] = ",".join(("!" if config.deleting[key] else "") + key for key in sorted(config.deleting))
        text += f"\n[{PENDING}]\n" + _format_section(pending, keep_empty_notes=True)
    if config.cloudinit:
        text += f"\n[{CLOUDINIT}]\n" + _format_section(config.cloudinit)
    for name in sorted(config.snapshots):
        text += f"\n[{name}]\n" + _format_section(config.snapshots[name])
    return text


def _format_section(section: Mapping[str, Value], *, keep_empty_notes: bool = False) -> str:
    lines: list[str] = []
    notes = section.get("description")
    if notes:
        lines.extend(f"#{_encoded(line)}" for line in _perl_lines(str(notes)))
    elif notes is not None and keep_empty_notes:
        lines.append("#")
    lines.extend(f"{key}: {section[key]}" for key in sorted(section) if key != "description")
    return "".join(f"{line}\n" for line in lines)


def _perl_lines(text: str) -> list[str]:
    lines = text.split("\n")
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _encoded(text: str) -> str:
    return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)


def missing(vmid: int, kind: str, node: str) -> ApiError:
    """The error of a guest that does not exist."""
    return ApiError(500, f"Configuration file '{config_path(node, kind, vmid)}' does not exist")


def peek(datacenter: Datacenter, vmid: int, kind: str = "qemu", *, node: str) -> GuestConfig:
    """A guest's configuration, shared and not to be changed; ApiError where the guest does not exist."""
    path = config_path(node, kind, vmid)
    if path not in datacenter.cfs:
        raise missing(vmid, kind, node)
    return datacenter.cfs.parsed(path, _PARSERS[kind])


def load(datacenter: Datacenter, vmid: int, kind: str = "qemu", *, node: str) -> GuestConfig:
    """A guest's configuration to work on (write it with `save`); ApiError where the guest does not exist."""
    return peek(datacenter, vmid, kind, node=node).copy()


def save(datacenter: Datacenter, vmid: int, config: GuestConfig, *, node: str) -> None:
    """Write a configuration; values are cleaned up first, ApiError where one cannot be written."""
    tidy(config)
    text = format_guest(config)
    config.digest = digest_of(text)
    datacenter.cfs.write(config_path(node, config.kind, vmid), text)


def tidy(config: GuestConfig) -> None:
    """Bring values into the form that is stored, drop unusedN whose volume is in use again, replace smp by sockets."""
    if config.kind == "qemu":
        smp = config.main.pop("smp", None)
        if smp is not None and not config.main.get("sockets"):
            config.main["sockets"] = smp
    for section in (config.main, config.pending, *config.snapshots.values()):
        for key in sorted(section):
            value, problem = stored_value(config.kind, key, section[key])
            if problem:
                raise ApiError(500, f"unable to parse value of '{key}' - {problem}")
            section[key] = value
    if any(key.startswith("unused") for key in config.main):
        used = {
            str(value).partition(",")[0]
            for section in (config.main, config.pending)
            for key, value in section.items()
            if _VOLUME_KEY.fullmatch(key)
        }
        for key in [key for key, value in config.main.items() if key.startswith("unused") and value in used]:
            del config.main[key]
