"""The property strings in a container's configuration, read with the schema table's definitions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from fakes.pve.guestkeys import keys_of
from fakes.pve.http import ApiError
from fakes.pve.propertystrings import split_properties
from fakes.pve.schema import Spec, load_schema


@cache
def properties_of(key: str) -> Mapping[str, Spec]:
    """The properties of a key such as ``net0``, ``mp3`` or ``features`` by name."""
    name = str(keys_of("lxc").specs[key]["format"])
    properties: Mapping[str, Spec] = load_schema().formats[name]["properties"]
    return properties


def values_of(key: str, text: str) -> dict[str, str]:
    """The values in a text under their full names, truth words as "1" and "0"; nothing is checked."""
    return split_properties(properties_of(key), text)


def incomplete(errors: Mapping[str, str]) -> ApiError:
    """The error of a stored text that lacks required properties: a 500, yet with one text for each."""
    return ApiError(500, "format error", errors)
