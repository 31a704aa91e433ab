"""The commands of `ha-manager`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.commands.definition import Alias, Tree, api, own
from fakes.commands.rendering import plain_text
from fakes.commands.results import pretty_json
from fakes.commands.session import Session
from fakes.pve.ha import find, split_sid, state_of
from fakes.pve.http import ApiError
from fakes.pve.schema import Spec

RESOURCES = "/cluster/ha/resources"
RESOURCE = f"{RESOURCES}/{{sid}}"
GROUPS = "/cluster/ha/groups"
STATUS = "/cluster/ha/status"
_VERBOSE: Mapping[str, Spec] = {"verbose": {"type": "boolean", "optional": 1}}
_STOP: Mapping[str, Spec] = {
    "sid": {"type": "string", "format": "pve-ha-resource-or-vm-id"},
    "timeout": {"type": "integer", "min": 0},
}
_NODE: Mapping[str, Spec] = {"node": {"type": "string", "format": "pve-node"}}
_NOT_SHOWN = frozenset(("digest", "group-id", "type"))


def _status(session: Session, given: dict[str, Any]) -> None:
    for row in session.get(f"{STATUS}/current"):
        session.say(f"{row['type']} {row['status']}")
    if given.get("verbose"):
        session.say("full cluster state:")
        session.say(pretty_json(session.get(f"{STATUS}/manager_status")))


def _show_section(session: Session, title: str, row: Mapping[str, Any], skipped: frozenset[str]) -> None:
    session.say(title)
    for key in sorted(row):
        if key not in skipped:
            session.say(f"\t{key} {plain_text(row[key])}")
    session.say()


def _show_resources(session: Session, rows: list[dict[str, Any]], _options: Mapping[str, Any]) -> None:
    for row in sorted(rows, key=lambda one: str(one["sid"])):
        _show_section(session, str(row["sid"]), row, _NOT_SHOWN | {"sid"})


def _show_groups(session: Session, rows: list[dict[str, Any]], _options: Mapping[str, Any]) -> None:
    for row in sorted(rows, key=lambda one: str(one["group"])):
        _show_section(session, f"group: {row['group']}", row, _NOT_SHOWN | {"group"})


def _stop(session: Session, given: dict[str, Any]) -> None:
    """Ask for the stop of a managed resource."""
    datacenter = session.api.datacenter
    kind, name = split_sid(datacenter, str(given["sid"]))
    found = find(datacenter, kind, name)
    if found is None or state_of(found) == "ignored":
        raise ApiError(500, f"resource '{kind}:{name}' is not HA managed")
    session.call("PUT", RESOURCE, {"sid": f"{kind}:{name}", "state": "stopped"})


def _maintenance(_session: Session, _given: dict[str, Any]) -> None:
    raise ApiError(501, "the maintenance mode of a node is not simulated", bare=True)


TREE: Tree = {
    "status": own(_VERBOSE, _status),
    "config": api("GET", RESOURCES, show=_show_resources),
    "add": api("POST", RESOURCES, "sid"),
    "set": api("PUT", RESOURCE, "sid"),
    "remove": api("DELETE", RESOURCE, "sid"),
    "groupconfig": api("GET", GROUPS, show=_show_groups),
    "groupadd": api("POST", GROUPS, "group"),
    "groupset": api("PUT", f"{GROUPS}/{{group}}", "group"),
    "groupremove": api("DELETE", f"{GROUPS}/{{group}}", "group"),
    "crm-command": {
        "migrate": api("POST", f"{RESOURCE}/migrate", "sid", "node"),
        "relocate": api("POST", f"{RESOURCE}/relocate", "sid", "node"),
        "stop": own(_STOP, _stop, "sid", "timeout"),
        "node-maintenance": {
            "enable": own(_NODE, _maintenance, "node"),
            "disable": own(_NODE, _maintenance, "node"),
        },
    },
    "migrate": Alias("crm-command migrate"),
    "relocate": Alias("crm-command relocate"),
}
