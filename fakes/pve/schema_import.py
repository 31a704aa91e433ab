"""Schema tables from what a node serves to its API viewer (`apidoc.js`), so that another version is another table.

`import_schema` reads the viewer's nested tree of paths or a flat list of facts and gives our compact table. What the
tree does not say (how many net[n] there are, what a named property string holds) is taken from a table we know.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fakes.pve.schema import TABLE_SCHEMA

Json = dict[str, Any]
_TREE = re.compile(r"(?:const|var|let)\s+\w+\s*=\s*(?=\[)")
_LIMITS = {"minimum": "min", "maximum": "max"}
_KEPT = ("type", "default", "pattern", "minLength", "maxLength", "requires", "alias", "keyAlias")
_FLAGS = ("optional", "default_key")
_LARGEST_FAMILY = "[0-31]"


class SchemaImportError(ValueError):
    """A text that holds no API description; says what was expected."""


@dataclass
class Imported:
    """A table ready to be written, and what had to be assumed for it."""

    table: Json
    assumptions: list[str] = field(default_factory=list)

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many paths, methods and formats there are."""
        paths = self.table["paths"]
        return len(paths), sum(len(verbs) for verbs in paths.values()), len(self.table["formats"])


def import_schema(text: str, known: Mapping[str, Any], *, version: str, repoid: str = "") -> Imported:
    """The table in a text: an `apidoc.js`, its tree as JSON, or facts with `paths` and `formats`.

    `known` is a table to fall back on; `version` counts where the text itself names none.
    """
    value = _read(text)
    if isinstance(value, dict):
        return Imported(
            {
                "schema": TABLE_SCHEMA,
                "version": value.get("version", version),
                "repoid": value.get("repoid", repoid),
                "paths": value["paths"],
                "formats": value["formats"],
            }
        )
    return _Importer(known, version, repoid).run(value)


def _read(text: str) -> Json | list[Any]:
    found = _TREE.search(text)
    try:
        value, _ = json.JSONDecoder().raw_decode(text, found.end() if found else len(text) - len(text.lstrip()))
    except ValueError as error:
        raise SchemaImportError(f"no API description found: expected apidoc.js, its tree or facts; {error}") from error
    if isinstance(value, dict) and {"paths", "formats"} <= set(value):
        return value
    if isinstance(value, list) and all(isinstance(item, dict) and "path" in item for item in value):
        return value
    raise SchemaImportError("no API description found: expected a list of paths, or an object with paths and formats")


class _Importer:
    """Turns one tree into a table; inline formats get a name of their own, equal ones the same."""

    def __init__(self, known: Mapping[str, Any], version: str, repoid: str) -> None:
        self._known = known
        self._families = _families(known)
        self._inline: dict[str, str] = {}
        self._method = ""
        self._result = Imported(
            {"schema": TABLE_SCHEMA, "version": version, "repoid": repoid, "paths": {}, "formats": {}}
        )

    def run(self, tree: list[Any]) -> Imported:
        """The table of a whole tree."""
        paths = self._result.table["paths"]
        for path, verbs in sorted(_methods(tree)):
            paths[path] = {verb: self._info(path, verb, info) for verb, info in sorted(verbs.items())}
        return self._result

    def _info(self, path: str, verb: str, info: Json) -> Json:
        parameters = info.get("parameters") or {}
        self._method = str(info.get("name", verb.lower()))
        params = {
            self._family(path, verb, name): self._spec(spec, name)
            for name, spec in sorted((parameters.get("properties") or {}).items())
        }
        result: Json = {
            "name": self._method,
            "params": params,
            "perm": _permission(info.get("permissions")),
            "returns": _returns(info.get("returns") or {}),
        }
        if info.get("protected"):
            result["protected"] = 1
        if info.get("proxyto"):
            result["proxyto"] = info["proxyto"]
        if not int(info.get("allowtoken", 1)):
            result["allowtoken"] = 0
        if int(parameters.get("additionalProperties", 1) or 0):
            result["additional"] = 1
        return result

    def _family(self, path: str, verb: str, name: str) -> str:
        """The name of a numbered parameter with its range, ``net[n]`` becoming ``net[0-31]``."""
        if not name.endswith("[n]"):
            return name
        prefix = name.removesuffix("[n]")
        ranges = self._families.get(prefix)
        if ranges is None:
            self._assume(f"{verb} {path}: {name} stands for {prefix}{_LARGEST_FAMILY}")
        return prefix + (ranges or _LARGEST_FAMILY)

    def _spec(self, spec: Json, name: str) -> Json:
        result = {key: spec[key] for key in _KEPT if key in spec and not isinstance(spec[key], dict)}
        result |= {_LIMITS[key]: _number(spec[key]) for key in _LIMITS if key in spec}
        result |= {flag: 1 for flag in _FLAGS if int(spec.get(flag) or 0)}
        if "enum" in spec:
            result["enum"] = [str(item) for item in spec["enum"]]
        if "items" in spec:
            result["items"] = self._spec(spec["items"], name)
        if "format" in spec:
            result["format"] = self._format(spec["format"], name)
        return dict(sorted(result.items()))

    def _format(self, description: str | Json, name: str) -> str:
        formats = self._result.table["formats"]
        if isinstance(description, str):
            if description not in formats:
                formats[description] = self._named(description)
            return description
        properties = {key: self._spec(spec, key) for key, spec in sorted(description.items())}
        content = json.dumps(properties, sort_keys=True)
        if content not in self._inline:
            chosen = base = f"inline:{self._method}.{name}"
            number = 1
            while chosen in formats:
                number += 1
                chosen = f"{base}#{number}"
            formats[chosen] = {"properties": properties}
            self._inline[content] = chosen
        return self._inline[content]

    def _named(self, name: str) -> Json:
        known: Json | None = self._known["formats"].get(name)
        if known is not None:
            for spec in known.get("properties", {}).values():
                if "format" in spec:
                    self._format(spec["format"], name)
            return known
        base, _, kind = name.rpartition("-")
        if base and kind in ("list", "opt"):
            return {"kind": "checker", "base": base, "list": kind}
        self._assume(f"format {name} is not known, so any text passes")
        return {"kind": "checker"}

    def _assume(self, what: str) -> None:
        if what not in self._result.assumptions:
            self._result.assumptions.append(what)


def _methods(tree: list[Any]) -> Iterator[tuple[str, Json]]:
    for item in tree:
        if item.get("info"):
            yield item["path"], item["info"]
        yield from _methods(item.get("children") or [])


def _permission(permissions: Json | None) -> Any:
    """The expression of a method, or None where only root@pam may call it."""
    if permissions is None:
        return None
    if "check" in permissions and "user" not in permissions:
        return permissions["check"]
    return {key: permissions[key] for key in ("check", "user") if key in permissions}


def _returns(returns: Json) -> Json:
    """The types of an answer, and how the links of an index are named."""
    result: Json = {key: returns[key] for key in ("type",) if key in returns}
    if int(returns.get("optional") or 0):
        result["optional"] = 1
    for link in returns.get("links") or ():
        if link.get("rel") == "child":
            result["child"] = link["href"]
    if "items" in returns:
        result["items"] = _returns(returns["items"])
    if returns.get("properties"):
        result["properties"] = {key: _returns(spec) for key, spec in sorted(returns["properties"].items())}
    return dict(sorted(result.items()))


def _families(known: Mapping[str, Any]) -> dict[str, str]:
    """The ranges of numbered parameters that a table has, ``net`` → ``[0-31]``."""
    found: dict[str, str] = {}
    for verbs in known["paths"].values():
        for info in verbs.values():
            for name in info["params"]:
                prefix, bracket, rest = name.partition("[")
                if bracket:
                    found.setdefault(prefix, bracket + rest)
    return found


def _number(value: Any) -> int | float:
    number = float(value)
    return int(number) if number.is_integer() else number
