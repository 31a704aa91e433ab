"""The options of a storage as a client sends them, checked against its type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.pve.storage.config import split
from fakes.pve.storage.kinds import Kind
from fakes.pve.storage.plugin import StorageError


def checked_options(kind: Kind, given: Mapping[str, Any], *, creating: bool) -> dict[str, str | int]:
    """The options in the form storage.cfg keeps them; StorageError with Proxmox's words for the first faulty one."""
    result: dict[str, str | int] = {}
    for name in sorted(given):
        rule = kind.rules.get(name)
        if not creating and rule is not None and rule.is_fixed:
            raise StorageError(f"can't change value of fixed parameter '{name}'")
        if rule is None:
            raise StorageError(f"unexpected property '{name}'")
        value = given[name]
        if value is None:
            raise StorageError("got undefined value")
        if isinstance(value, str) and ("\n" in value or "\r" in value):
            raise StorageError("property contains a line feed")
        result[name] = _checked(kind, name, value)
    if creating:
        for name in sorted(kind.rules):
            if not kind.rules[name].is_optional and name not in given:
                raise StorageError(f"missing value for required option '{name}'")
    return result


def _checked(kind: Kind, name: str, value: str | int) -> str | int:
    match name:
        case "content":
            return ",".join(_content(kind, split(str(value))))
        case "format":
            if value not in kind.formats:
                raise StorageError(f"storage does not support format '{value}'")
        case "nodes":
            return ",".join(dict.fromkeys(split(str(value))))
        case "content-dirs":
            _content(kind, [part.partition("=")[0] for part in split(str(value))])
        case "prune-backups":
            return str(value)
        case _:
            pass
    return value


def _content(kind: Kind, types: list[str]) -> list[str]:
    for content in types:
        if content not in kind.content:
            raise StorageError(f"storage does not support content type '{content}'")
    if "none" in types and len(set(types)) > 1:
        raise StorageError("unable to combine 'none' with other content types")
    if not types:
        if "none" not in kind.content:
            raise StorageError("storage does not support content type 'none'")
        return ["none"]
    return list(dict.fromkeys(types))
