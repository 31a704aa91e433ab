"""The table of API methods of one Proxmox VE version: paths, parameters, formats and permissions.

The table is data (`tables/pve-8.4.1.json`), made by `schema_import`; another version is another table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

TABLE_SCHEMA = "labctl/pve-schema/1"
DEFAULT_TABLE = Path(__file__).parent / "tables" / "pve-8.4.1.json"
_BLANK = re.compile(r"\s")
_RANGE = re.compile(r"\[(\d+)-(\d+)\]")

_ROOT_INDEX: Mapping[str, Any] = {
    "name": "index",
    "params": {},
    "perm": {"user": "all"},
    "returns": {"type": "array", "child": "{subdir}"},
}

_REMEMBERED = 5000

Spec = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """One API method: `params` by name (numbered ones expanded), `permission` as the expression Proxmox checks."""

    verb: str
    path: str
    name: str
    params: Mapping[str, Spec]
    permission: Any
    returns: Mapping[str, Any]
    proxy_to: str | None
    is_protected: bool
    allows_token: bool
    allows_additional: bool
    families: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    is_for_all: bool = False

    @property
    def path_params(self) -> tuple[str, ...]:
        return tuple(re.findall(r"\{([^}]+)\}", self.path))


@dataclass(slots=True, eq=False)
class PathNode:
    """A place in the tree of paths: fixed children by name, or one variable child, and the methods that end here."""

    children: dict[str, PathNode] = field(default_factory=dict)
    variable: str | None = None
    any_child: PathNode | None = None
    methods: dict[str, Method] = field(default_factory=dict)
    takes_rest: bool = False


Found = tuple[PathNode, dict[str, str]]


class Schema:
    """All methods of one version, found by path."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.version: str = table["version"]
        self.repoid: str = table.get("repoid", "")
        self.formats: Mapping[str, Spec] = {name: _expanded_format(one) for name, one in table["formats"].items()}
        self.methods: dict[tuple[str, str], Method] = {}
        self.root = PathNode()
        self._found: dict[str, Found | None] = {}
        for path, verbs in table["paths"].items():
            for verb, info in verbs.items():
                method = _method(verb, path, info)
                self.methods[verb, path] = method
                self._place(path).methods[verb] = method
        # The API viewer's tree begins below the root, whose index every node has.
        self.root.methods.setdefault("GET", _method("GET", "/", _ROOT_INDEX))

    def find(self, path: str) -> Found | None:
        """The place of a path without its format prefix, with the values of its variables; None for no such path.

        Answers are remembered and shared, so the values must not be changed.
        """
        if path not in self._found:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[path] = self._find(path)
        return self._found[path]

    def _find(self, path: str) -> Found | None:
        values: dict[str, str] = {}
        node = self.root
        parts = [part for part in path.split("/") if part]
        for position, part in enumerate(parts):
            child = node.children.get(part)
            if child is None:
                child = node.any_child
                # A variable part takes anything but blanks.
                if child is None or node.variable is None or _BLANK.search(part):
                    return None
                if child.takes_rest:
                    values[node.variable] = "/".join(parts[position:])
                    return child, values
                values[node.variable] = part
            node = child
        return node, values

    def _place(self, path: str) -> PathNode:
        node = self.root
        for part in path.split("/"):
            if not part:
                continue
            if part.startswith("{"):
                if node.any_child is None:
                    node.any_child = PathNode()
                    node.variable = part[1:-1]
                node = node.any_child
            else:
                node = node.children.setdefault(part, PathNode())
        # Names of volumes and networks of a set hold slashes: these places take the rest of the path.
        node.takes_rest = path.endswith(("/content/{volume}", "/ipset/{name}/{cidr}"))
        return node


def _method(verb: str, path: str, info: Mapping[str, Any]) -> Method:
    params: dict[str, Spec] = {}
    for name, spec in info["params"].items():
        for expanded in expand(name):
            params[expanded] = _with_expanded_enum(spec)
    return Method(
        verb=verb,
        path=path,
        name=info["name"],
        params=params,
        permission=info.get("perm"),
        returns=info.get("returns", {}),
        proxy_to=info.get("proxyto"),
        is_protected=bool(info.get("protected")),
        allows_token=info.get("allowtoken", 1) != 0,
        allows_additional=bool(info.get("additional")),
        families=tuple(name for name in info["params"] if _RANGE.search(name)),
        required=tuple(name for name, spec in params.items() if not spec.get("optional")),
        is_for_all=isinstance(info.get("perm"), dict) and info["perm"].get("user") == "all",
    )


def _format(definition: Spec) -> Spec:
    if "properties" not in definition:
        return definition
    properties = {
        expanded: _whole(spec) for name, spec in definition["properties"].items() for expanded in expand(name)
    }
    return {**definition, "properties": properties}


def _whole(spec: Spec) -> Spec:
    """A specification with its enumeration written out: ``net[0-1]`` in it stands for net0 and net1."""
    if "enum" in spec:
        spec = {**spec, "enum": [name for item in spec["enum"] for name in expand(str(item))]}
    return {**spec, "items": _whole(spec["items"])} if "items" in spec else spec


def _expanded_format(definition: Spec) -> Spec:
    if "properties" not in definition:
        return definition
    properties = {name: _with_expanded_enum(spec) for name, spec in definition["properties"].items()}
    return {**definition, "properties": properties}


def _with_expanded_enum(spec: Spec) -> Spec:
    values = spec.get("enum")
    if not values or not any(isinstance(value, str) and _RANGE.search(value) for value in values):
        return spec
    return {**spec, "enum": [name for value in values for name in expand(str(value))]}


def expand(name: str) -> list[str]:
    """The names a numbered one stands for: ``net[0-2]`` gives net0, net1, net2; any other name itself."""
    found = _RANGE.search(name)
    if not found:
        return [name]
    first, last = int(found[1]), int(found[2])
    return [name[: found.start()] + str(number) + name[found.end() :] for number in range(first, last + 1)]


@cache
def load_schema(path: Path = DEFAULT_TABLE) -> Schema:
    """The schema table in a file; ValueError where the file is no such table."""
    table = json.loads(path.read_text(encoding="utf-8"))
    found = table.get("schema") if isinstance(table, dict) else None
    if found != TABLE_SCHEMA:
        hint = 'make one with "labctl pve schema import"'
        raise ValueError(f"{path}: schema is {found!r}, expected {TABLE_SCHEMA!r}; {hint}")
    return Schema(table)
