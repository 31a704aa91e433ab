"""Snapshots of containers: take, list, describe, go back, delete; and what a container can do."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from fakes.pve import snapshots
from fakes.pve.call import Call
from fakes.pve.guestconf import GuestConfig, Section, load, peek, save
from fakes.pve.http import ApiError, route
from fakes.pve.lxc import power
from fakes.pve.lxc.mountpoints import mounts
from fakes.pve.lxc.runtime import is_running, switch_off
from fakes.pve.lxc.volumes import has_feature
from fakes.pve.storage.volumes import Volumes, volumes
from fakes.pve.tasks import Task, TaskError

# Backups take a snapshot of this name.
_OF_BACKUPS = "vzdump"


@route("GET", "/nodes/{node}/lxc/{vmid}/snapshot")
def listing(call: Call) -> list[dict[str, Any]]:
    config = peek(call.datacenter, call.params["vmid"], "lxc", node=call.node.name)
    return snapshots.rows(config, is_running=is_running(call.node, call.params["vmid"]))


@route("GET", "/nodes/{node}/lxc/{vmid}/snapshot/{snapname}/config")
def describe(call: Call) -> dict[str, Any]:
    call.require(f"/vms/{call.params['vmid']}", "VM.Snapshot", "VM.Snapshot.Rollback", "VM.Audit", any_of=True)
    config = peek(call.datacenter, call.params["vmid"], "lxc", node=call.node.name)
    return dict(snapshots.snapshot_of(config, call.params["snapname"]))


@route("PUT", "/nodes/{node}/lxc/{vmid}/snapshot/{snapname}/config")
def change(call: Call) -> None:
    config = _load(call)
    config.check_lock()
    section = snapshots.snapshot_of(config, call.params["snapname"])
    if call.get("description") is not None:
        section["description"] = call.params["description"]
    _save(call, config)


@route("POST", "/nodes/{node}/lxc/{vmid}/snapshot")
def take(call: Call) -> str:
    snapshots.check_name(call.params["snapname"])
    if call.params["snapname"] == _OF_BACKUPS:
        raise ApiError(500, f"unable to use snapshot name '{_OF_BACKUPS}' (reserved name)")
    return call.start_task("vzsnapshot", call.params["vmid"], partial(_take, call))


def _take(call: Call, task: Task) -> Iterator[float]:
    name, store = call.params["snapname"], volumes(call.datacenter, call.node)
    config = _load(call)
    if config.is_template:
        raise TaskError("you can't take a snapshot if it's a template")
    config.check_lock()
    if name in config.snapshots:
        raise TaskError(f"snapshot name '{name}' already used")
    if not has_feature(store, config.main, "snapshot"):
        raise TaskError("snapshot feature is not available")
    section = snapshots.copied(config.main)
    section["snaptime"] = int(call.datacenter.clock.now())
    if call.get("description"):
        section["description"] = call.params["description"]
    config.snapshots[name] = {**section, "snapstate": "prepare"}
    config.main["lock"] = "snapshot"
    _save(call, config)
    done: list[str] = []
    try:
        _activate(store, section)
        for mount in mounts(section):
            store.snapshot(mount.volume, name, log=task.log)
            done.append(mount.volume)
    except ApiError as error:
        task.log("snapshot create failed: starting cleanup")
        for volume in done:
            store.delete_snapshot(volume, name, log=task.log)
        config = _load(call)
        snapshots.forget(config, name)
        config.main.pop("lock", None)
        _save(call, config)
        # The blank is a second line break that Proxmox adds.
        raise TaskError(f"{error.message} ") from error
    yield call.datacenter.durations.of("vzsnapshot")
    config = _load(call)
    config.snapshots[name].pop("snapstate", None)
    config.main.pop("lock", None)
    config.main["parent"] = name
    _save(call, config)


@route("POST", "/nodes/{node}/lxc/{vmid}/snapshot/{snapname}/rollback")
def rollback(call: Call) -> str:
    return call.start_task("vzrollback", call.params["vmid"], partial(_rollback, call))


def _rollback(call: Call, task: Task) -> Iterator[float]:
    vmid, name = call.params["vmid"], call.params["snapname"]
    store = volumes(call.datacenter, call.node)
    config = _load(call)
    if config.is_template:
        raise TaskError("you can't rollback if vm is a template")
    section = snapshots.snapshot_of(config, name)
    _activate(store, section)
    config.check_lock()
    if section.get("snapstate"):
        raise TaskError(f"unable to rollback to incomplete snapshot (snapstate = {section['snapstate']})")
    switch_off(call.node, vmid)
    config.main["lock"] = "rollback"
    _save(call, config)
    for mount in mounts(section):
        store.rollback(mount.volume, name, log=task.log)
    yield call.datacenter.durations.of("vzrollback")
    config = _load(call)
    before = [mount.volume for mount in mounts(config.main) if mount.is_volume]
    kept = {mount.volume for mount in mounts(section)}
    snapshots.apply(config, name)
    config.main.pop("lock", None)
    snapshots.note_unused(config, [volume for volume in before if volume not in kept])
    _save(call, config)
    if call.get("start"):
        call.start_task("vzstart", vmid, partial(power.start, call.datacenter, call.node, vmid))


@route("DELETE", "/nodes/{node}/lxc/{vmid}/snapshot/{snapname}")
def delete(call: Call) -> str:
    return call.start_task("vzdelsnapshot", call.params["vmid"], partial(_delete, call))


def _delete(call: Call, task: Task) -> Iterator[float]:
    name, store = call.params["snapname"], volumes(call.datacenter, call.node)
    config = _load(call)
    section = snapshots.snapshot_of(config, name)
    _activate(store, section)
    config.check_lock()
    config.main["lock"] = "snapshot-delete"
    section["snapstate"] = "delete"
    _save(call, config)
    left: list[str] = []
    for mount in mounts(section):
        try:
            store.delete_snapshot(mount.volume, name, log=task.log)
        except ApiError:
            if not call.get("force"):
                raise
        left.append(mount.volume)
    yield call.datacenter.durations.of("vzdelsnapshot")
    config = _load(call)
    config.main.pop("lock", None)
    snapshots.forget(config, name)
    snapshots.note_unused(config, left)
    _save(call, config)


@route("GET", "/nodes/{node}/lxc/{vmid}/feature")
def feature(call: Call) -> dict[str, int]:
    config = peek(call.datacenter, call.params["vmid"], "lxc", node=call.node.name)
    name = call.get("snapname")
    section = snapshots.snapshot_of(config, name) if name else config.main
    store = volumes(call.datacenter, call.node)
    return {"hasFeature": int(has_feature(store, section, call.params["feature"], snapshot=name))}


def _activate(store: Volumes, section: Section) -> None:
    """ApiError where a storage of the mount points in a section cannot be used."""
    for storage in sorted({mount.storage for mount in mounts(section) if mount.is_volume}):
        store.usable(storage)


def _load(call: Call) -> GuestConfig:
    return load(call.datacenter, call.params["vmid"], "lxc", node=call.node.name)


def _save(call: Call, config: GuestConfig) -> None:
    save(call.datacenter, call.params["vmid"], config, node=call.node.name)
