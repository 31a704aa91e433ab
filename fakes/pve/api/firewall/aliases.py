"""Aliases of the datacenter and of guests: names for addresses, found without regard to case."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.firewall.config import Alias, FirewallConfig, list_digest
from fakes.pve.firewall.levels import NAMING, Level, check_digest
from fakes.pve.http import ParameterError


def alias_rows(config: FirewallConfig) -> list[dict[str, Any]]:
    """The aliases of a level, sorted, without their digest."""
    return [_row(config.aliases[key]) for key in sorted(config.aliases)]


def _row(alias: Alias) -> dict[str, Any]:
    row: dict[str, Any] = {"name": alias.name, "cidr": alias.cidr, "ipversion": alias.ip_version}
    return {**row, "comment": alias.comment} if alias.comment else row


def list_aliases(level: Level, call: Call) -> list[dict[str, Any]]:
    rows = alias_rows(level.read(call))
    digest = list_digest(rows)
    return [{**row, "digest": digest} for row in rows]


def read_alias(level: Level, call: Call) -> dict[str, Any]:
    return _row(_find(level.read(call), call))


def _find(config: FirewallConfig, call: Call) -> Alias:
    found = config.aliases.get(str(call.params["name"]).lower())
    if found is None:
        raise ParameterError({"name": "no such alias"})
    return found


def create_alias(level: Level, call: Call) -> None:
    name = str(call.params["name"])
    with level.edit(call) as config:
        if name.lower() in config.aliases:
            raise ParameterError({"name": f"alias '{name}' already exists"})
        config.aliases[name.lower()] = Alias(name, call.params["cidr"], call.get("comment") or "")


def update_alias(level: Level, call: Call) -> None:
    name, new = str(call.params["name"]), str(call.get("rename") or call.params["name"])
    check_digest(call, list_digest(alias_rows(level.read(call))))
    with level.edit(call) as config:
        _find(config, call)
        del config.aliases[name.lower()]
        if new.lower() in config.aliases:
            raise ParameterError({"name": f"alias '{new}' already exists"})
        # A comment that is not given is lost.
        config.aliases[new.lower()] = Alias(new, call.params["cidr"], call.get("comment") or "")


def delete_alias(level: Level, call: Call) -> None:
    """Remove an alias; one that is not there is no error."""
    check_digest(call, list_digest(alias_rows(level.read(call))))
    with level.edit(call) as config:
        config.aliases.pop(str(call.params["name"]).lower(), None)


for _level in NAMING:
    _level.serve("GET", "/aliases", list_aliases)
    _level.serve("POST", "/aliases", create_alias)
    _level.serve("GET", "/aliases/{name}", read_alias)
    _level.serve("PUT", "/aliases/{name}", update_alias)
    _level.serve("DELETE", "/aliases/{name}", delete_alias)
