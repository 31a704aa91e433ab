"""Taking property strings apart: ``virtio=02:DE:20:00:00:01,bridge=vmbr0`` into keys and values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fakes.pve.formats import FormatError, is_true_word
from fakes.pve.schema import Spec

# What a format's own code checks beyond its schema, by the format's name.
EXTRA_CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {}


class PropertyError(FormatError):
    """A property string that cannot be read; the message ends in a newline where Proxmox's does."""


def split_properties(properties: Mapping[str, Spec], text: str) -> dict[str, Any]:
    """The values of a property string under their full names, truth words as "1" and "0"; nothing is checked.

    An alias such as ``virtio=<mac>`` becomes ``macaddr`` with the alias as ``model``.
    """
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
        key = _unaliased(properties, key, result)
        is_boolean = properties.get(key, {}).get("type") == "boolean"
        word = is_true_word(value) if is_boolean else None
        result[key] = value if word is None else str(int(word))
    return result


def _unaliased(properties: Mapping[str, Spec], key: str, result: dict[str, Any]) -> str:
    """The full name of a key; an alias notes itself under its `keyAlias`."""
    spec = properties.get(key, {})
    if "alias" not in spec:
        return key
    noted = spec.get("keyAlias")
    if noted:
        if noted in result:
            raise PropertyError(f"key alias '{noted}' is already defined\n")
        result[noted] = key
    alias: str = spec["alias"]
    return alias


def format_properties(properties: Mapping[str, Spec], values: Mapping[str, str]) -> str:
    """The text of properties as Proxmox prints it: the default one bare, required ones next, then by name."""
    default = next((key for key, spec in properties.items() if spec.get("default_key")), None)
    head = [values[default]] if default is not None and default in values else []
    rest = sorted((key for key in values if key != default), key=lambda key: (_is_optional(properties, key), key))
    return ",".join([*head, *(f"{key}={values[key]}" for key in rest)])


def _is_optional(properties: Mapping[str, Spec], key: str) -> bool:
    return bool(properties.get(key, {}).get("optional"))
