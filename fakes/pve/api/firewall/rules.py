"""Rules of every level and of security groups: listed, added at the top, changed, moved, removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fakes.pve.call import Call
from fakes.pve.firewall.config import FirewallConfig, Rule
from fakes.pve.firewall.levels import CLUSTER, LEVELS, Level, check_digest, cluster_config
from fakes.pve.firewall.rules import Surroundings, at, checked, moved, shown, with_changes, without
from fakes.pve.http import ApiError


@dataclass(frozen=True, slots=True)
class RuleList:
    """Where a list of rules is: in a level's file, there in the rules themselves or in a security group."""

    level: Level
    path: str
    kind: str
    pick: Callable[[Call, FirewallConfig], list[Rule]]

    def around(self, call: Call) -> Surroundings:
        cluster = cluster_config(call)
        return Surroundings(self.kind, cluster, None if self.level is CLUSTER else self.level.read(call))

    def rows(self, call: Call) -> tuple[list[dict[str, Any]], str]:
        """The rules as they are shown, and their digest."""
        return shown(self.pick(call, self.level.read(call)), self.around(call))

    @contextmanager
    def edit(self, call: Call) -> Iterator[list[Rule]]:
        """The rules to change in place; they are written when the block ends without an error."""
        with self.level.edit(call) as config:
            yield self.pick(call, config)


def _in_file(_call: Call, config: FirewallConfig) -> list[Rule]:
    return config.rules


def _in_group(call: Call, config: FirewallConfig) -> list[Rule]:
    name = str(call.params["group"])
    group = config.groups.get(name)
    if group is None:
        raise ApiError(500, f"no such security group '{name}'")
    return group.rules


def list_rules(where: RuleList, call: Call) -> list[dict[str, Any]]:
    return where.rows(call)[0]


def read_rule(where: RuleList, call: Call) -> dict[str, Any]:
    rows, _ = where.rows(call)
    row: dict[str, Any] = at(rows, call.params["pos"])
    # The position comes back as it was asked for: text.
    return {**row, "pos": str(call.params["pos"])}


def create_rule(where: RuleList, call: Call) -> None:
    around = where.around(call)
    with where.edit(call) as rules:
        rule = checked(with_changes({}, call.params), around)
        # Always at the top: neither `pos` nor `digest` is looked at.
        rules.insert(0, {"enable": 0, **rule})


def update_rule(where: RuleList, call: Call) -> None:
    position, target = call.params["pos"], call.get("moveto")
    around, (rows, digest) = where.around(call), where.rows(call)
    check_digest(call, digest)
    at(rows, position)
    with where.edit(call) as rules:
        if target is not None and target != position:
            rules[:] = moved(rules, position, target)
            return
        rule = without(with_changes(rules[position], call.params), call.get("delete") or "")
        rules[position] = checked(rule, around)


def delete_rule(where: RuleList, call: Call) -> None:
    rows, digest = where.rows(call)
    check_digest(call, digest)
    at(rows, call.params["pos"])
    with where.edit(call) as rules:
        del rules[call.params["pos"]]


def _serve(where: RuleList) -> None:
    def bound(handler: Callable[[RuleList, Call], Any]) -> Callable[[Level, Call], Any]:
        return lambda _level, call: handler(where, call)

    level, path = where.level, where.path
    level.serve("GET", path, bound(list_rules))
    level.serve("POST", path, bound(create_rule))
    level.serve("GET", f"{path}/{{pos}}", bound(read_rule))
    level.serve("PUT", f"{path}/{{pos}}", bound(update_rule))
    level.serve("DELETE", f"{path}/{{pos}}", bound(delete_rule))


for _level in LEVELS:
    _serve(RuleList(_level, "/rules", _level.kind, _in_file))
_serve(RuleList(CLUSTER, "/groups/{group}", "group", _in_group))
