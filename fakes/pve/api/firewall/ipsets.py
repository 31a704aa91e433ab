"""Address sets of the datacenter and of guests, and what the rules of a level may refer to."""

from __future__ import annotations

import re
from typing import Any

from fakes.pve.api.firewall.aliases import alias_rows
from fakes.pve.call import Call
from fakes.pve.firewall.config import AddressSet, FirewallConfig, SetEntry, list_digest, without_host_length
from fakes.pve.firewall.levels import CLUSTER, NAMING, Level, check_digest, cluster_config
from fakes.pve.http import ApiError, ParameterError

_ALIAS = re.compile(r"(dc/|guest/)?([A-Za-z][A-Za-z0-9\-_]+)")


def _named(key: str, name: str, comment: str) -> dict[str, Any]:
    return {key: name, "comment": comment} if comment else {key: name}


def set_rows(config: FirewallConfig) -> list[dict[str, Any]]:
    """The sets of a level, sorted, without their digest."""
    return [_named("name", name, config.ipsets[name].comment) for name in sorted(config.ipsets)]


def list_sets(level: Level, call: Call) -> list[dict[str, Any]]:
    rows = set_rows(level.read(call))
    digest = list_digest(rows)
    return [{**row, "digest": digest} for row in rows]


def create_set(level: Level, call: Call) -> None:
    """Make a set, or give an existing one (`rename`) another name or comment."""
    name, old, comment = str(call.params["name"]), call.get("rename"), call.get("comment")
    if old:
        check_digest(call, list_digest(set_rows(level.read(call))))
    with level.edit(call) as config:
        if not old:
            if name in config.ipsets:
                raise ParameterError({"name": f"IPSet '{name}' already exists"})
            config.ipsets[name] = AddressSet(comment or "")
            return
        if old not in config.ipsets:
            raise ParameterError({"name": f"IPSet '{old}' does not exist"})
        if name in config.ipsets and name != old:
            raise ParameterError({"name": f"IPSet '{name}' does already exist"})
        renamed = config.ipsets.pop(old)
        config.ipsets[name] = AddressSet(renamed.comment if comment is None else comment, renamed.entries)


def _members(config: FirewallConfig, call: Call) -> AddressSet:
    name = str(call.params["name"])
    if name not in config.ipsets:
        raise ApiError(500, f"no such IPSet '{name}'")
    return config.ipsets[name]


def delete_set(level: Level, call: Call) -> None:
    with level.edit(call) as config:
        if _members(config, call).entries and not call.get("force"):
            raise ApiError(500, f"IPSet '{call.params['name']}' is not empty")
        del config.ipsets[call.params["name"]]


def _entry_row(entry: SetEntry) -> dict[str, Any]:
    row: dict[str, Any] = {"cidr": entry.cidr}
    if entry.comment:
        row["comment"] = entry.comment
    return {**row, "nomatch": 1} if entry.nomatch else row


def _entry_rows(level: Level, call: Call) -> tuple[list[dict[str, Any]], str]:
    """The members of the set with their digest; an alias that is no more is shown with its error."""
    own, cluster = level.read(call), cluster_config(call)
    rows = []
    for entry in _members(own, call).entries.values():
        problem = _alias_problem(entry.cidr, cluster, own)
        rows.append({**_entry_row(entry), **({"errors": {"cidr": problem}} if problem else {})})
    digest = list_digest(rows)
    return [{**row, "digest": digest} for row in rows], digest


def list_entries(level: Level, call: Call) -> list[dict[str, Any]]:
    return _entry_rows(level, call)[0]


def read_entry(level: Level, call: Call) -> dict[str, Any]:
    for row in _entry_rows(level, call)[0]:
        if row["cidr"] == call.params["cidr"]:
            return row
    raise ParameterError({"cidr": "no such IP/Network"})


def create_entry(level: Level, call: Call) -> None:
    cidr, cluster = str(call.params["cidr"]), cluster_config(call)
    with level.edit(call) as config:
        entries = _members(config, call).entries
        problem = _alias_problem(cidr, cluster, config)
        if problem is not None:
            raise ApiError(500, problem)
        cidr = without_host_length(cidr)
        if cidr in entries:
            raise ParameterError({"cidr": f"address '{cidr}' already exists"})
        if re.search(r"/0+$", cidr):
            raise ParameterError({"cidr": "a zero prefix is not allowed in ipset entries"})
        entries[cidr] = SetEntry(cidr, call.get("comment") or "", bool(call.get("nomatch")))


def _alias_problem(cidr: str, cluster: FirewallConfig, own: FirewallConfig) -> str | None:
    """What is wrong with an entry that is an alias, None where nothing is."""
    alias = _ALIAS.fullmatch(cidr)
    if not alias:
        return None
    places = {"dc/": [cluster], "guest/": [own]}.get(alias[1] or "", [own, cluster])
    is_known = any(alias[2].lower() in config.aliases for config in places)
    return None if is_known else f"no such alias '{alias[2].lower()}'"


def update_entry(level: Level, call: Call) -> None:
    """Give an entry another comment and `nomatch`; what is not given is lost."""
    cidr = call.params["cidr"]
    check_digest(call, _entry_rows(level, call)[1])
    with level.edit(call) as config:
        entries = _members(config, call).entries
        if cidr not in entries:
            raise ParameterError({"cidr": "no such IP/Network"})
        entries[cidr] = SetEntry(cidr, call.get("comment") or "", bool(call.get("nomatch")))


def delete_entry(level: Level, call: Call) -> None:
    """Remove an entry; one that is not there is no error."""
    check_digest(call, _entry_rows(level, call)[1])
    with level.edit(call) as config:
        _members(config, call).entries.pop(call.params["cidr"], None)


def references(level: Level, call: Call) -> list[dict[str, Any]]:
    """The aliases and sets that rules of a level may name; `scope` says whose they are."""
    rows = _references(call, cluster_config(call), "dc")
    return rows if level is CLUSTER else rows + _references(call, level.read(call), "guest")


def _references(call: Call, config: FirewallConfig, scope: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    if call.get("type") in (None, "ipset"):
        rows += [{**row, "type": "ipset", "ref": f"+{row['name']}", "scope": scope} for row in set_rows(config)]
    if call.get("type") in (None, "alias"):
        for alias in alias_rows(config):
            row = _named("name", alias["name"], alias.get("comment", ""))
            rows.append({**row, "type": "alias", "ref": alias["name"], "scope": scope})
    return rows


for _level in NAMING:
    _level.serve("GET", "/ipset", list_sets)
    _level.serve("POST", "/ipset", create_set)
    _level.serve("GET", "/ipset/{name}", list_entries)
    _level.serve("POST", "/ipset/{name}", create_entry)
    _level.serve("DELETE", "/ipset/{name}", delete_set)
    _level.serve("GET", "/ipset/{name}/{cidr}", read_entry)
    _level.serve("PUT", "/ipset/{name}/{cidr}", update_entry)
    _level.serve("DELETE", "/ipset/{name}/{cidr}", delete_entry)
    _level.serve("GET", "/refs", references)
