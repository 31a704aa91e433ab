"""HA on a node or cluster: resources, groups, status."""

from __future__ import annotations

import time
from typing import Any

from fakes.pve import ha, lrm
from fakes.pve.call import Call
from fakes.pve.cfs import digest
from fakes.pve.http import ApiError, route
from fakes.pve.params import split_list
from fakes.pve.sections import Section, format_sections, parse_sections

_NUMBERS = ("max_relocate", "max_restart", "nofailback", "restricted")
MODIFIED = "detected modified configuration - file changed by other user? Try again."


def _shown(section: Section, file_digest: str, *, is_resource: bool) -> dict[str, Any]:
    values: dict[str, Any] = {
        key: int(value) if key in _NUMBERS and value.isdigit() else value for key, value in section.options.items()
    }
    name = {"sid": f"{section.type}:{section.id}"} if is_resource else {"group": section.id}
    return {**values, **name, "type": section.type, "digest": file_digest}


def _digest(call: Call, path: str) -> str:
    return digest(call.datacenter.cfs.read(path) or "")


def _options(call: Call, *without: str) -> dict[str, str]:
    return {key: str(value) for key, value in call.params.items() if key not in (*without, "digest", "delete")}


def _changed(call: Call, section: Section, what: str, required: tuple[str, ...], *without: str) -> Section:
    options = {**section.options, **_options(call, *without)}
    known = set(call.method.params) - {"delete", "digest", *without}
    for name in split_list(call.get("delete") or ""):
        if name in required:
            raise ApiError(500, f"{what} failed: unable to delete required option '{name}'")
        if name not in known:
            raise ApiError(500, f"{what} failed: no such option '{name}'")
        options.pop(name, None)
    return Section(section.type, section.id, options)


@route("GET", "/cluster/ha/resources")
def list_resources(call: Call) -> list[dict[str, Any]]:
    wanted, stamp = call.get("type"), _digest(call, ha.RESOURCES)
    sections = [one for one in ha.resources(call.datacenter) if wanted in (None, one.type)]
    return [_shown(section, stamp, is_resource=True) for section in sections]


def _resource(call: Call) -> Section:
    kind, name = ha.split_sid(call.datacenter, call.params["sid"])
    section = ha.find(call.datacenter, kind, name)
    if section is None:
        raise ApiError(500, f"no such resource '{kind}:{name}'")
    return section


@route("GET", "/cluster/ha/resources/{sid}")
def read_resource(call: Call) -> dict[str, Any]:
    return _shown(_resource(call), _digest(call, ha.RESOURCES), is_resource=True)


@route("POST", "/cluster/ha/resources")
def create_resource(call: Call) -> None:
    datacenter = call.datacenter
    kind, name = ha.split_sid(datacenter, call.params["sid"])
    if call.get("type", kind) != kind:
        raise ApiError(500, "types does not match")
    if int(name) not in datacenter.guests:
        raise ApiError(500, f"resource '{kind}:{name}' does not exist in cluster")
    if ha.find(datacenter, kind, name) is not None:
        raise ApiError(500, f"create resource failed: resource ID '{kind}:{name}' already defined")
    ha.put(datacenter, Section(kind, name, _options(call, "sid", "type")))
    lrm.follow(datacenter, int(name))


@route("PUT", "/cluster/ha/resources/{sid}")
def update_resource(call: Call) -> None:
    group = call.get("group")
    if group is not None and group not in ha.groups(call.datacenter):
        raise ApiError(500, f"HA group '{group}' does not exist")
    kind, name = ha.split_sid(call.datacenter, call.params["sid"])
    section = ha.find(call.datacenter, kind, name)
    if section is None:
        raise ApiError(500, f"update resources config failed: no such resource '{kind}:{name}'")
    _check_digest(call, ha.RESOURCES, "update resources config")
    ha.put(call.datacenter, _changed(call, section, "update resources config", (), "sid", "type"))
    lrm.follow(call.datacenter, int(name))


def _check_digest(call: Call, path: str, what: str) -> None:
    wanted = call.get("digest")
    if wanted and wanted != _digest(call, path):
        raise ApiError(500, f"{what} failed: {MODIFIED}")


@route("DELETE", "/cluster/ha/resources/{sid}")
def delete_resource(call: Call) -> None:
    kind, name = ha.split_sid(call.datacenter, call.params["sid"])
    if not ha.remove(call.datacenter, kind, name):
        raise ApiError(500, f"cannot delete service '{kind}:{name}', not HA managed!")


@route("POST", "/cluster/ha/resources/{sid}/migrate")
def migrate(call: Call) -> None:
    _ask_to_move(call)


@route("POST", "/cluster/ha/resources/{sid}/relocate")
def relocate(call: Call) -> None:
    _ask_to_move(call)


def _ask_to_move(call: Call) -> None:
    """The manager takes the request whatever the node's name; on a single node nothing comes of it."""
    kind, name = ha.split_sid(call.datacenter, call.params["sid"])
    found = ha.find(call.datacenter, kind, name)
    if found is None:
        raise ApiError(500, f"no such resource '{kind}:{name}'")
    if ha.state_of(found) == "ignored":
        raise ApiError(500, f"resource '{kind}:{name}' is not HA managed")


@route("GET", "/cluster/ha/groups")
def list_groups(call: Call) -> list[dict[str, Any]]:
    stamp = _digest(call, ha.GROUPS)
    return [_shown(section, stamp, is_resource=False) for section in ha.groups(call.datacenter).values()]


@route("GET", "/cluster/ha/groups/{group}")
def read_group(call: Call) -> dict[str, Any]:
    section = ha.groups(call.datacenter).get(call.params["group"])
    if section is None:
        raise ApiError(500, f"no such ha group '{call.params['group']}'")
    return _shown(section, _digest(call, ha.GROUPS), is_resource=False)


@route("POST", "/cluster/ha/groups")
def create_group(call: Call) -> None:
    name = call.params["group"]
    if name in ha.groups(call.datacenter):
        raise ApiError(500, f"create ha group failed: ha group ID '{name}' already defined")
    _write_groups(call, {name: Section("group", name, _options(call, "group", "type"))})


def _write_groups(call: Call, changed: dict[str, Section]) -> None:
    sections = {**parse_sections(call.datacenter.cfs.read(ha.GROUPS) or ""), **changed}
    call.datacenter.cfs.write(ha.GROUPS, format_sections(sections.values(), required=("nodes",)))


@route("PUT", "/cluster/ha/groups/{group}")
def update_group(call: Call) -> None:
    name = call.params["group"]
    section = ha.groups(call.datacenter).get(name)
    if section is None:
        raise ApiError(500, f"update ha group failed: no such ha group '{name}'")
    _check_digest(call, ha.GROUPS, "update ha group")
    _write_groups(call, {name: _changed(call, section, "update ha group", ("nodes",), "group", "type")})


@route("DELETE", "/cluster/ha/groups/{group}")
def delete_group(call: Call) -> None:
    name = call.params["group"]
    for section in ha.resources(call.datacenter):
        if section.options.get("group") == name:
            sid = f"{section.type}:{section.id}"
            raise ApiError(500, f"delete ha group failed: ha group is used by service '{sid}'")
    left = [one for one in ha.groups(call.datacenter).values() if one.id != name]
    call.datacenter.cfs.write(ha.GROUPS, format_sections(left, required=("nodes",)))


def _managed(call: Call) -> list[Section]:
    return [section for section in ha.resources(call.datacenter) if ha.state_of(section) != "ignored"]


@route("GET", "/cluster/ha/status/current")
def status(call: Call) -> list[dict[str, Any]]:
    node, managed = call.node.name, _managed(call)
    rows: list[dict[str, Any]] = [
        {"id": "quorum", "type": "quorum", "node": node, "status": "OK", "quorate": 1},
    ]
    configured = ha.resources(call.datacenter)
    if configured:
        now = int(call.datacenter.clock.now())
        moment = time.asctime(time.gmtime(now))
        # The local manager wakes up only for resources it has to manage.
        for name, kind, state in (
            ("master", "master", "active"),
            (f"lrm:{node}", "lrm", "active" if managed else "idle"),
        ):
            status = f"{node} ({state}, {moment})"
            rows.append({"id": name, "type": kind, "node": node, "status": status, "timestamp": now})
    for section in configured:
        sid, state = f"{section.type}:{section.id}", ha.state_of(section)
        rows.append(
            {
                "id": f"service:{sid}",
                "type": "service",
                "sid": sid,
                "node": node,
                "state": state,
                "crm_state": state,
                "request_state": state,
                "status": f"{sid} ({node}, {state})",
                "max_restart": int(section.options.get("max_restart", 1)),
                "max_relocate": int(section.options.get("max_relocate", 1)),
            }
        )
    return rows


@route("GET", "/cluster/ha/status/manager_status")
def manager_status(call: Call) -> dict[str, Any]:
    node = call.node.name
    status: dict[str, Any] = {"node_status": {}}
    if _managed(call):
        services = {f"{one.type}:{one.id}": {"node": node, "state": ha.state_of(one)} for one in _managed(call)}
        status = {
            "master_node": node,
            "node_status": {node: "online"},
            "service_status": services,
            "timestamp": int(call.datacenter.clock.now()),
        }
    return {"manager_status": status, "quorum": {"node": node, "quorate": "1"}}
