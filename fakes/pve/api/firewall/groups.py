"""Security groups: sets of rules that the datacenter names and every level may use. Their rules: `rules`."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.firewall.config import FirewallConfig, Group, list_digest
from fakes.pve.firewall.levels import CLUSTER, Level, check_digest
from fakes.pve.http import ApiError, ParameterError


def _rows(config: FirewallConfig) -> list[dict[str, Any]]:
    return [
        {"group": name, **({"comment": group.comment} if group.comment else {})}
        for name, group in sorted(config.groups.items())
    ]


def list_groups(level: Level, call: Call) -> list[dict[str, Any]]:
    rows = _rows(level.read(call))
    digest = list_digest(rows)
    return [{**row, "digest": digest} for row in rows]


def create_group(level: Level, call: Call) -> None:
    """Make a group, or give an existing one (`rename`) another name or comment."""
    name, old, comment = str(call.params["group"]), call.get("rename"), call.get("comment")
    if old:
        check_digest(call, list_digest(_rows(level.read(call))))
    with level.edit(call) as config:
        if not old:
            if name in config.groups:
                raise ParameterError({"group": f"Security group '{name}' already exists"})
            config.groups[name] = Group(comment or "")
            return
        if old not in config.groups:
            raise ParameterError({"group": f"Security group '{old}' does not exist"})
        if name in config.groups and name != old:
            raise ParameterError({"group": f"Security group '{name}' does already exist"})
        renamed = config.groups.pop(old)
        config.groups[name] = Group(renamed.comment if comment is None else comment, renamed.rules)


def delete_group(level: Level, call: Call) -> None:
    name = str(call.params["group"])
    with level.edit(call) as config:
        if name not in config.groups:
            raise ApiError(500, f"no such security group '{name}'")
        if config.groups[name].rules:
            raise ApiError(500, f"Security group '{name}' is not empty")
        del config.groups[name]


CLUSTER.serve("GET", "/groups", list_groups)
CLUSTER.serve("POST", "/groups", create_group)
CLUSTER.serve("DELETE", "/groups/{group}", delete_group)
