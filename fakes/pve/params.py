"""Checks of parameters against their schema, in Proxmox's order and with Proxmox's words.

`verify` looks at a whole request and reports all faulty parameters together; `parse_property_string` reads texts
such as ``virtio=02:DE:20:00:00:01,bridge=vmbr0``. Source: BEHAVIOUR, "Values and types".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from fakes.pve.formats import CHECKERS, FormatError, is_true_word, truth
from fakes.pve.http import ParameterError
from fakes.pve.schema import Method, Schema, Spec

MISSING = "property is missing and it is not optional"
UNKNOWN = "property is not defined in schema and the schema does not allow additional properties"
_INTEGER = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


class PropertyError(FormatError):
    """A property string that cannot be read; the message ends in a newline where Proxmox's does."""


def verify(schema: Schema, method: Method, values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a request with integers and booleans as int; ParameterError names every faulty one.

    Numbers of type *number* stay text, as Proxmox keeps them.
    """
    errors: dict[str, str] = {}
    checked: dict[str, Any] = {}
    for name, spec in method.params.items():
        if name not in values:
            if not spec.get("optional"):
                errors.setdefault(name, MISSING)
            continue
        checked[name] = _check(schema, name, spec, values[name], errors)
        required = spec.get("requires")
        if required and required not in values:
            errors.setdefault(required, f"missing property - '{name}' requires this property")
    if not method.allows_additional:
        for name in values:
            if name not in method.params:
                errors.setdefault(name, UNKNOWN)
    if errors:
        raise ParameterError(errors)
    return checked


def _check(schema: Schema, path: str, spec: Spec, value: Any, errors: dict[str, str]) -> Any:
    kind = spec.get("type", "string")
    if kind == "array":
        return _check_array(schema, path, spec, value, errors)
    if value is None:
        return None
    if isinstance(value, (list, dict)):
        if isinstance(value, list) and _is_list_format(schema, spec):
            value = ",".join(str(item) for item in value)
        else:
            what = "ARRAY" if isinstance(value, list) else "HASH"
            errors.setdefault(path, f"type check ('{kind}') failed - got {what}")
            return value
    if isinstance(value, bool):
        value = int(value)
    result, problem = _typed(kind, value)
    if problem is None:
        problem = _restricted(schema, path, spec, kind, result)
    if problem is not None:
        errors.setdefault(path, problem)
    return result


def _check_array(schema: Schema, path: str, spec: Spec, value: Any, errors: dict[str, str]) -> list[Any]:
    items = value if isinstance(value, list) else [value]
    inner: Spec = spec.get("items", {"type": "string"})
    return [_check(schema, f"{path}[{index}]", inner, item, errors) for index, item in enumerate(items)]


def _typed(kind: str, value: Any) -> tuple[Any, str | None]:
    text = str(value)
    if kind == "integer":
        if not _INTEGER.fullmatch(text):
            return value, f"type check ('integer') failed - got '{text}'"
        # A leading plus passes here and fails only where the value is written.
        return (text if text.startswith("+") else int(text)), None
    if kind == "number":
        if not _NUMBER.fullmatch(text):
            return value, f"type check ('number') failed - got '{text}'"
        return text, None
    if kind == "boolean":
        if text not in ("0", "1"):
            return value, f"type check ('boolean') failed - got '{text}'"
        return int(text), None
    return text, None


def _restricted(schema: Schema, path: str, spec: Spec, kind: str, value: Any) -> str | None:
    text = str(value)
    if "format" in spec:
        try:
            check_format(schema, spec["format"], text, path)
        except FormatError as error:
            return f"invalid format - {error}"
    if kind in ("integer", "number"):
        size = float(value)
        if "min" in spec and size < spec["min"]:
            return f"value must have a minimum value of {spec['min']}"
        if "max" in spec and size > spec["max"]:
            return f"value must have a maximum value of {spec['max']}"
    if "pattern" in spec and not pattern(spec["pattern"]).fullmatch(text):
        return "value does not match the regex pattern"
    if "maxLength" in spec and len(text) > spec["maxLength"]:
        return f"value may only be {spec['maxLength']} characters long"
    if "minLength" in spec and len(text) < spec["minLength"]:
        return f"value must be at least {spec['minLength']} characters long"
    if "enum" in spec and text not in [str(item) for item in spec["enum"]]:
        return f"value '{text}' does not have a value in the enumeration '{', '.join(map(str, spec['enum']))}'"
    return None


@cache
def pattern(perl: str) -> re.Pattern[str]:
    """A Perl pattern of the schema as a Python one: inline groups ``(?^:…)`` and ``(?^i:…)`` are translated."""
    text = re.sub(r"\(\?\^([a-z]*):", lambda found: f"(?{found[1]}:" if found[1] else "(?:", perl)
    text = text.replace("\\z", "\\Z").replace("\\h", "[ \\t]")
    return re.compile(text)


def _is_list_format(schema: Schema, spec: Spec) -> bool:
    definition = schema.formats.get(str(spec.get("format")), {})
    return definition.get("list") == "list"


def split_list(text: str) -> list[str]:
    """The items of a list text; Proxmox splits at commas, semicolons, NULs and blanks."""
    return [item for item in re.split(r"[,;\0\s]+", text) if item]


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
            if text:
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
    result = _split_properties(properties, text)
    if not check:
        return result
    prefix = f"{path}." if path else ""
    errors: dict[str, str] = {}
    checked: dict[str, Any] = {}
    for key, spec in properties.items():
        if "alias" in spec:
            continue
        if key in result:
            checked[key] = _check(schema, f"{prefix}{key}", spec, result[key], errors)
            required = spec.get("requires")
            if required and required not in result:
                errors.setdefault(f"{prefix}{required}", f"missing property - '{key}' requires this property")
        elif not spec.get("optional"):
            errors.setdefault(f"{prefix}{key}", MISSING)
    for key in result:
        if key not in properties:
            errors.setdefault(f"{prefix}{key}", UNKNOWN)
    if errors:
        raise PropertyError("format error\n" + "".join(f"{key}: {problem}\n" for key, problem in errors.items()))
    extra = EXTRA_CHECKS.get(format_name)
    if extra is not None:
        extra(checked)
    return checked


def _split_properties(properties: Mapping[str, Spec], text: str) -> dict[str, Any]:
    result: dict[str, Any] = {}
    default = next((key for key, spec in properties.items() if spec.get("default_key")), None)
    for part in text.split(","):
        if not part.strip():
            continue
        key, equals, value = part.partition("=")
        if not equals:
            if default is None:
                raise PropertyError("value without key, but schema does not define a default key\n")
            if default in result:
                raise PropertyError(f"duplicate key in comma-separated list property: {default}\n")
            result[default] = part
            continue
        if not key or not value:
            raise PropertyError("missing key in comma-separated list property\n")
        if key in result:
            raise PropertyError(f"duplicate key in comma-separated list property: {key}\n")
        spec = properties.get(key, {})
        if "alias" in spec:
            model = spec.get("keyAlias")
            if model:
                if model in result:
                    raise PropertyError(f"key alias '{model}' is already defined\n")
                result[model] = key
            key = spec["alias"]
            spec = properties.get(key, {})
        if spec.get("type") == "boolean" and is_true_word(value) is not None:
            result[key] = str(truth(value))
        else:
            result[key] = value
    return result


EXTRA_CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {}
