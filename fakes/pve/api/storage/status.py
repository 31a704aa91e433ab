"""The storages as one node sees them: active or not, how full, and since when."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.http import ApiError, ParameterError, route
from fakes.pve.rrd import times
from fakes.pve.storage import StorageConfig, Volumes, volumes
from fakes.pve.storage.config import split

AUDIT = ("Datastore.Audit", "Datastore.AllocateSpace")


def state_of(reach: Volumes, config: StorageConfig) -> dict[str, Any]:
    """What a node says about a storage, without its id; sizes are 0 where it is not active."""
    is_usable = reach.is_usable(config)
    space = reach.space(config.id) if is_usable else None
    return {
        "type": config.type,
        "content": ",".join(config.content),
        "shared": int(config.is_shared),
        "enabled": int(is_usable),
        "active": int(space is not None),
        "total": space.total if space else 0,
        "used": space.used if space else 0,
        "avail": space.free if space else 0,
    }


@route("GET", "/nodes/{node}/storage")
def node_storages(call: Call) -> list[dict[str, Any]]:
    reach = volumes(call.datacenter, call.node)
    content = split(call.get("content") or "")
    wanted = call.get("storage")
    target = call.get("target")
    if target in (call.node.name, "localhost"):
        target = None
    if wanted and (wanted not in reach.configs or not _matches(reach, reach.configs[wanted], content)):
        raise ParameterError({"storage": "No such storage."})
    rows = []
    for config in reach.configs.values():
        if not _matches(reach, config, content) or (wanted and config.id != wanted):
            continue
        if not call.allowed(f"/storage/{config.id}", *AUDIT, any_of=True):
            continue
        if call.get("enabled") and config.is_disabled:
            continue
        if target and not (reach.is_for_node(config) and reach.is_for_node(config, target)):
            continue
        rows.append(_row(call, reach, config))
    return rows


def _matches(reach: Volumes, config: StorageConfig, content: list[str]) -> bool:
    return not content or (reach.is_usable(config) and bool(set(content) & set(config.content)))


def _row(call: Call, reach: Volumes, config: StorageConfig) -> dict[str, Any]:
    row = {"storage": config.id, **state_of(reach, config)}
    if row["total"]:
        row["used_fraction"] = row["used"] / row["total"]
    if call.get("format"):
        if config.kind.formats:
            row["format"] = [dict.fromkeys(config.kind.formats, 1), config.kind.default_format]
        if config.kind.selects_existing:
            row["select_existing"] = 1
    return row


@route("GET", "/nodes/{node}/storage/{storage}/status")
def status(call: Call) -> dict[str, Any]:
    reach = volumes(call.datacenter, call.node)
    config = reach.configs.get(call.params["storage"])
    if config is None:
        raise ParameterError({"storage": "No such storage."})
    return state_of(reach, config)


@route("GET", "/nodes/{node}/storage/{storage}/rrddata")
def rrddata(call: Call) -> list[dict[str, Any]]:
    reach = volumes(call.datacenter, call.node)
    space = reach.space(call.params["storage"])
    moments = times(call.params["timeframe"], call.datacenter.clock.now())
    points: list[dict[str, Any]] = [{"time": moment} for moment in moments]
    # Nothing is known of times before the node was up.
    for point in points if space else ():
        if space and point["time"] >= call.node.boot_time:
            point.update(total=space.total, used=space.used)
    return points


@route("GET", "/nodes/{node}/storage/{storage}/rrd", kind="refusal")
def rrd(call: Call) -> None:
    raise ApiError(500, f"no such rrd graph for storage '{call.params['storage']}'")
