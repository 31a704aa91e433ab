"""Checks of parameters against their schema, in Proxmox's order and with Proxmox's words.

`verify` looks at a whole request and reports all faulty parameters together. Source: BEHAVIOUR, "Values and types".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from fakes.pve import formats_backup, formats_cluster, formats_firewall, formats_storage
from fakes.pve.formats import CHECKERS, FormatError
from fakes.pve.http import ParameterError
from fakes.pve.propertystrings import EXTRA_CHECKS, PropertyError, split_properties
from fakes.pve.schema import Method, Schema, Spec

MISSING = "property is missing and it is not optional"
UNKNOWN = "property is not defined in schema and the schema does not allow additional properties"
_INTEGER = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"[+-]?(\d+\.\d+|\d+\.|\.\d+|\d+)([eE][+-]?\d+)?")
_SEPARATORS = re.compile(r"[,;\0\s]+")


class _Errors(dict[str, str]):
    """The text per faulty parameter; further problems of one are joined by a backslash and an n, as Proxmox does."""

    def note(self, name: str, problem: str) -> None:
        self[name] = f"{self[name]}\\n{problem}" if name in self else problem


def verify(schema: Schema, method: Method, values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a request with integers and booleans as int; ParameterError names every faulty one.

    Numbers of type *number* stay text, as Proxmox keeps them; a null counts as missing but stays in the result.
    """
    errors = _Errors()
    checked: dict[str, Any] = {}
    specs = method.params
    for name in method.required:
        if values.get(name) is None:
            errors.note(name, MISSING)
    for name, value in values.items():
        spec = specs.get(name)
        if spec is None:
            if not method.allows_additional:
                errors.note(name, UNKNOWN)
            continue
        checked[name] = None if value is None else _check(schema, name, spec, value, errors)
        needed = spec.get("requires")
        if needed and values.get(needed) is None:
            errors.note(needed, f"missing property - '{name}' requires this property")
    if errors:
        raise ParameterError(errors)
    return checked


def _check(schema: Schema, path: str, spec: Spec, value: Any, errors: _Errors) -> Any:
    """A value as handlers get it, its problem noted."""
    kind = spec.get("type")
    if kind == "array":
        items = value if isinstance(value, list) else [value]
        inner: Spec = spec.get("items", {})
        return [_check(schema, f"{path}[{index}]", inner, item, errors) for index, item in enumerate(items)]
    if isinstance(value, list) and _is_list_format(schema, spec):
        value = ",".join(str(item) for item in value)
    if isinstance(value, (list, dict)) and kind is not None:
        errors.note(path, f"type check ('{kind}') failed - got {'ARRAY' if isinstance(value, list) else 'HASH'}")
        return value
    text = str(int(value)) if isinstance(value, bool) else str(value)
    result = _typed(kind, text)
    if result is None:
        errors.note(path, f"type check ('{kind}') failed - got '{text}'")
        return value
    problem = _problem(schema, path, spec, text)
    if problem is not None:
        errors.note(path, problem)
    return result


def _typed(kind: str | None, text: str) -> int | str | None:
    """A text as its type, or None where it is not of it."""
    if kind == "integer":
        if not _INTEGER.fullmatch(text):
            return None
        # A leading plus passes here and fails only where the value is written.
        return text if text.startswith("+") else int(text)
    if kind == "boolean":
        return int(text) if text in ("0", "1") else None
    if kind == "number":
        return text if _NUMBER.fullmatch(text) else None
    return text


def _problem(schema: Schema, path: str, spec: Spec, text: str) -> str | None:
    """The first thing wrong with a text: format, pattern, length, size and enumeration are looked at in this order."""
    if "format" in spec:
        try:
            check_format(schema, spec["format"], text, path)
        except FormatError as error:
            return f"invalid format - {error}"
    if "pattern" in spec and not pattern(spec["pattern"]).search(text):
        return "value does not match the regex pattern"
    if "maxLength" in spec and len(text) > spec["maxLength"]:
        return f"value may only be {spec['maxLength']} characters long"
    if "minLength" in spec and len(text) < spec["minLength"]:
        return f"value must be at least {spec['minLength']} characters long"
    if ("max" in spec or "min" in spec) and _NUMBER.fullmatch(text):
        if "max" in spec and float(text) > float(spec["max"]):
            return f"value must have a maximum value of {spec['max']}"
        if "min" in spec and float(text) < float(spec["min"]):
            return f"value must have a minimum value of {spec['min']}"
    if "enum" in spec and text not in spec["enum"]:
        return f"value '{text}' does not have a value in the enumeration '{', '.join(spec['enum'])}'"
    return None


@cache
def pattern(perl: str) -> re.Pattern[str]:
    """A Perl pattern of the schema, anchored as Proxmox anchors it: ``^…$``, without a group around it."""
    text = re.sub(r"\(\?\^([a-z]*):", lambda found: f"(?{found[1]}:" if found[1] else "(?:", perl)
    text = text.replace("\\z", "\\Z").replace("\\h", "[ \\t]")
    return re.compile(f"^{text}$", re.ASCII)


def _is_list_format(schema: Schema, spec: Spec) -> bool:
    return schema.formats.get(str(spec.get("format")), {}).get("list") == "list"


def split_list(text: str) -> list[str]:
    """The items of a list text; Proxmox splits at commas, semicolons, NULs and blanks."""
    return [item for item in _SEPARATORS.split(text) if item]


def check_format(schema: Schema, name: str, text: str, path: str) -> None:
    """Raise FormatError with Proxmox's words where a text is not of a named format."""
    definition = schema.formats.get(name)
    if definition is None:
        raise KeyError(f"format {name!r} is not in the schema table")
    if "properties" in definition:
        parse_property_string(schema, name, text, path)
        return
    checker = CHECKERS.get(definition.get("base", name))
    if checker is None:
        return
    match definition.get("list"):
        case "list":
            for item in split_list(text):
                checker(item)
        case "opt":
            if text and text != "0":
                checker(text)
        case _:
            checker(text)


def parse_property_string(
    schema: Schema, format_name: str, text: str, path: str = "", *, check: bool = True
) -> dict[str, Any]:
    """The properties of a text such as ``local-lvm:8,ssd=1`` under their full names, booleans and integers as int.

    Raises PropertyError with Proxmox's words, each problem prefixed with `path`.
    """
    properties: Mapping[str, Spec] = schema.formats[format_name]["properties"]
    values = split_properties(properties, text)
    if not check:
        return values
    prefix = f"{path}." if path else ""
    errors = _Errors()
    for key, spec in properties.items():
        if key not in values and not (spec.get("optional") or spec.get("alias") or spec.get("group")):
            errors.note(f"{prefix}{key}", MISSING)
    checked: dict[str, Any] = {}
    for key, value in values.items():
        found = properties.get(key)
        if found is None:
            errors.note(f"{prefix}{key}", UNKNOWN)
            continue
        checked[key] = _check(schema, f"{prefix}{key}", found, value, errors)
        needed = found.get("requires")
        if needed and needed not in values:
            errors.note(f"{prefix}{needed}", f"missing property - '{prefix}{key}' requires this property")
    if errors:
        raise PropertyError("format error\n" + "".join(f"{key}: {problem}\n" for key, problem in errors.items()))
    extra = EXTRA_CHECKS.get(format_name)
    if extra is not None:
        extra(checked)
    return checked


# Their checkers register as they are imported.
FIELDS = (formats_backup, formats_cluster, formats_firewall, formats_storage)

__all__ = [
    "EXTRA_CHECKS",
    "MISSING",
    "UNKNOWN",
    "PropertyError",
    "check_format",
    "parse_property_string",
    "pattern",
    "split_list",
    "verify",
]
