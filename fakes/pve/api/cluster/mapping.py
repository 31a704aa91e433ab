"""Mappings: names for PCI and USB devices and directories that are elsewhere on each node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fakes.pve.call import Call
from fakes.pve.cfs import digest
from fakes.pve.http import ApiError, prefixed, route
from fakes.pve.params import split_list
from fakes.pve.sections import Section, format_sections, parse_sections

_SEEN_WITH = ("Mapping.Modify", "Mapping.Use", "Mapping.Audit")
_NUMBERS = ("mdev", "live-migration-capable")
_MODIFIED = "detected modified configuration - file changed by other user? Try again."


@dataclass(frozen=True, slots=True)
class MappingKind:
    """A kind of mapping: its name in the API, its file, what messages call it and where checks are shown."""

    name: str
    file: str
    noun: str
    checks: str
    is_once_per_node: bool = False

    @property
    def prefix(self) -> str:
        return f"/cluster/mapping/{self.name}"

    def text(self, call: Call) -> str:
        return call.datacenter.cfs.read(self.file) or ""

    def read(self, call: Call) -> dict[str, Section]:
        """The mappings by id. Their sections begin with the id alone, without a type."""
        lines = self.text(call).splitlines()
        headed = (line if not line or line[0] in "\t #" else f"{self.name}: {line}" for line in lines)
        return parse_sections("\n".join(headed))

    def write(self, call: Call, mappings: dict[str, Section]) -> None:
        text = format_sections(mappings.values(), ("map",))
        lines = (line.removeprefix(f"{self.name}: ") for line in text.splitlines(keepends=True))
        call.datacenter.cfs.write(self.file, "".join(lines))


KINDS = (
    MappingKind("pci", "mapping/pci.cfg", "hardware mapping", "checks"),
    MappingKind("usb", "mapping/usb.cfg", "hardware mapping", "error"),
    MappingKind("dir", "mapping/directory.cfg", "directory mapping", "checks", is_once_per_node=True),
)


def _shown(section: Section) -> dict[str, Any]:
    row: dict[str, Any] = {"type": section.type}
    for key, value in section.options.items():
        row[key] = section.values(key) if key == "map" else int(value) if key in _NUMBERS else value
    return row


def list_mappings(kind: MappingKind, call: Call) -> list[dict[str, Any]]:
    stamp, node = digest(kind.text(call)), call.get("check-node")
    rows = []
    for name, section in sorted(kind.read(call).items()):
        if not call.allowed(f"/mapping/{kind.name}/{name}", *_SEEN_WITH, any_of=True):
            continue
        row = {**_shown(section), "id": name, "digest": stamp}
        if node is not None:
            row[kind.checks] = _checks(section, node)
        rows.append(row)
    return rows


def _node_of(entry: str) -> str:
    return next((part.removeprefix("node=") for part in entry.split(",") if part.startswith("node=")), "")


def _checks(section: Section, node: str) -> list[dict[str, str]]:
    """What is wrong with a mapping on a node."""
    if any(_node_of(entry) == node for entry in section.values("map")):
        return []
    return [{"severity": "warning", "message": f"No mapping for node {node}."}]


def read_mapping(kind: MappingKind, call: Call) -> dict[str, Any]:
    name = str(call.params["id"])
    mappings = kind.read(call)
    if name not in mappings:
        raise ApiError(500, f"mapping '{name}' not found")
    return {**_shown(mappings[name]), "digest": digest(kind.text(call))}


def _options(kind: MappingKind, call: Call) -> dict[str, str]:
    values = {key: value for key, value in call.params.items() if key not in ("id", "delete", "digest")}
    if kind.is_once_per_node:
        for node, count in Counter(_node_of(entry) for entry in values.get("map", [])).items():
            if count > 1:
                raise ApiError(500, f"Node '{node}' is specified {count} times.")
    return {key: "\n".join(value) if isinstance(value, list) else str(value) for key, value in values.items()}


def create_mapping(kind: MappingKind, call: Call) -> None:
    name, options = str(call.params["id"]), _options(kind, call)
    with prefixed(f"create {kind.noun} failed"):
        mappings = kind.read(call)
        if name in mappings:
            raise ApiError(500, f"{kind.name} ID '{name}' already defined")
        kind.write(call, {**mappings, name: Section(kind.name, name, options)})


def update_mapping(kind: MappingKind, call: Call) -> None:
    name = str(call.params["id"])
    with prefixed(f"update {kind.noun} failed"):
        wanted = call.get("digest")
        if wanted and wanted != digest(kind.text(call)):
            raise ApiError(500, _MODIFIED)
        mappings = kind.read(call)
        if name not in mappings:
            raise ApiError(500, f"{kind.name} ID '{name}' does not exist")
        options = mappings[name].options | _options(kind, call)
        for option in split_list(call.get("delete") or ""):
            if option == "map":
                raise ApiError(500, "unable to delete required option 'map'")
            if option not in call.method.params:
                raise ApiError(500, f"no such option '{option}'")
            options.pop(option, None)
        kind.write(call, {**mappings, name: Section(kind.name, name, options)})


def delete_mapping(kind: MappingKind, call: Call) -> None:
    """Remove a mapping; one that is not there is no error."""
    mappings = kind.read(call)
    if mappings.pop(str(call.params["id"]), None) is not None:
        kind.write(call, mappings)


def _serve(kind: MappingKind) -> None:
    def bound(handler: Callable[[MappingKind, Call], Any]) -> Callable[[Call], Any]:
        return lambda call: handler(kind, call)

    route("GET", kind.prefix)(bound(list_mappings))
    route("POST", kind.prefix)(bound(create_mapping))
    route("GET", f"{kind.prefix}/{{id}}")(bound(read_mapping))
    route("PUT", f"{kind.prefix}/{{id}}")(bound(update_mapping))
    route("DELETE", f"{kind.prefix}/{{id}}")(bound(delete_mapping))


for _kind in KINDS:
    _serve(_kind)
