"""storage.cfg: which storages there are, read and written as Proxmox does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fakes.pve.cfs import Tree
from fakes.pve.storage.kinds import BOOLEANS, INTEGERS, KINDS, Kind

PATH = "storage.cfg"
LOCAL_PATH = "/var/lib/vz"
_HEADER = re.compile(r"(\S+):\s*(\S+)\s*")
_OPTION = re.compile(r"\s+(\S+)(?:\s+(.*\S))?\s*")
_SUBFOLDERS = {
    "images": "images",
    "rootdir": "private",
    "vztmpl": "template/cache",
    "iso": "template/iso",
    "backup": "dump",
    "snippets": "snippets",
    "import": "import",
}


@dataclass(frozen=True)
class StorageConfig:
    """One storage; `options` as they are written, booleans and integers as int."""

    id: str
    type: str
    options: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        return KINDS[self.type]

    @property
    def content(self) -> tuple[str, ...]:
        """The content types it is configured for."""
        return tuple(split(self.text("content"))) if "content" in self.options else self.kind.default_content

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes it is limited to; none means all."""
        return tuple(split(self.text("nodes")))

    @property
    def is_disabled(self) -> bool:
        return bool(self.options.get("disable"))

    @property
    def is_shared(self) -> bool:
        return self.kind.is_shared or bool(self.options.get("shared"))

    @property
    def path(self) -> str | None:
        """The folder of a file based storage, without a slash at its end."""
        if not self.kind.has_path:
            return None
        return self.text("path").rstrip("/") or f"/mnt/pve/{self.id}"

    @property
    def default_format(self) -> str:
        return self.text("format") or self.kind.default_format

    def text(self, name: str) -> str:
        """An option as text, "" where it is not set."""
        return str(self.options.get(name, ""))

    def folder(self, content: str) -> str:
        """The folder that holds a content type, e.g. ``/var/lib/vz/template/iso``."""
        moved = dict(part.split("=", 1) for part in split(self.text("content-dirs")) if "=" in part)
        subfolder = str(moved.get(content, _SUBFOLDERS[content])).strip("/")
        return f"{self.path}/{subfolder}"

    def shown(self) -> dict[str, str | int]:
        """What the API says about it, without the digest."""
        result: dict[str, str | int] = {"storage": self.id, "type": self.type}
        result.update({name: value for name, value in self.options.items() if not (name in BOOLEANS and not value)})
        result["content"] = ",".join(self.content)
        if self.kind.is_shared:
            result["shared"] = 1
        return result


def split(text: str) -> list[str]:
    """The items of a list text."""
    return [item for item in re.split(r"[,;\0\s]+", text) if item]


def parse_storage_cfg(text: str) -> dict[str, StorageConfig]:
    """The storages of a storage.cfg in its order; `local` is there even if the file has no section for it.

    Sections of types that are not known are left out. Round-trips with `format_storage_cfg`.
    """
    found: dict[str, StorageConfig] = {}
    options: dict[str, str | int] | None = None
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        header = None if line[0].isspace() else _HEADER.fullmatch(line)
        if header:
            options = {}
            if header[1] in KINDS:
                found[header[2]] = StorageConfig(header[2], header[1], options)
            continue
        option = _OPTION.fullmatch(line)
        if option and options is not None:
            options[option[1]] = _value(option[1], option[2])
    return _with_local(found)


def _value(name: str, text: str | None) -> str | int:
    if name in BOOLEANS or name in INTEGERS:
        return int(text) if text and re.fullmatch(r"[+-]?\d+", text) else 1
    return text or ""


def _with_local(found: dict[str, StorageConfig]) -> dict[str, StorageConfig]:
    local = found.get("local")
    if local is None or local.type != "dir" or local.text("path") not in ("", LOCAL_PATH):
        rest = {name: config for name, config in found.items() if name != "local"}
        content = "backup,images,import,iso,rootdir,snippets,vztmpl"
        own = StorageConfig("local", "dir", {"path": LOCAL_PATH, "prune-backups": "keep-all=1", "content": content})
        return {"local": own, **rest}
    # The local storage of a node is never limited to nodes.
    options = {name: value for name, value in local.options.items() if name != "nodes"}
    found["local"] = StorageConfig("local", "dir", {"path": LOCAL_PATH, **options})
    return found


def format_storage_cfg(configs: Iterable[StorageConfig]) -> str:
    """The text of a storage.cfg: required options first, each group in alphabetical order, as Proxmox writes."""
    return "".join(_section(config) for config in configs)


def _section(config: StorageConfig) -> str:
    lines = [f"{config.type}: {config.id}"]
    if config.is_disabled:
        lines.append("\tdisable")
    rules = config.kind.rules
    options: dict[str, str | int] = {**config.options, "content": ",".join(config.content)}
    for wanted in (False, True):
        for name in sorted(rules):
            if rules[name].is_optional is wanted and name != "disable" and options.get(name, "") != "":
                lines.append(f"\t{name} {options[name]}")
    return "\n".join(lines) + "\n\n"


def read_config(cfs: Tree) -> dict[str, StorageConfig]:
    """All storages of a datacenter by id; shared, not to be changed."""
    return cfs.parsed(PATH, parse_storage_cfg)


def write_config(cfs: Tree, configs: Mapping[str, StorageConfig]) -> None:
    """Make these the datacenter's storages."""
    cfs.write(PATH, format_storage_cfg(configs.values()))
