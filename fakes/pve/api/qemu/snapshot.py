"""Snapshots of virtual machines: take, list, describe, go back, delete."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from fakes.pve import snapshots
from fakes.pve.call import Call
from fakes.pve.drives import drives
from fakes.pve.guestconf import GuestConfig, Section, load, peek, save
from fakes.pve.http import ApiError, route
from fakes.pve.hypervisor import hypervisor_of
from fakes.pve.qemu import power, suspend
from fakes.pve.qemu.identity import new_uuid
from fakes.pve.storage.volumes import Volumes, volumes
from fakes.pve.tasks import Task, TaskError


@route("GET", "/nodes/{node}/qemu/{vmid}/snapshot")
def listing(call: Call) -> list[dict[str, Any]]:
    config = peek(call.datacenter, call.params["vmid"], node=call.node.name)
    return snapshots.rows(config, is_running=_is_running(call))


@route("GET", "/nodes/{node}/qemu/{vmid}/snapshot/{snapname}/config")
def describe(call: Call) -> dict[str, Any]:
    call.require(f"/vms/{call.params['vmid']}", "VM.Snapshot", "VM.Snapshot.Rollback", "VM.Audit", any_of=True)
    config = peek(call.datacenter, call.params["vmid"], node=call.node.name)
    return dict(snapshots.snapshot_of(config, call.params["snapname"]))


@route("PUT", "/nodes/{node}/qemu/{vmid}/snapshot/{snapname}/config")
def change(call: Call) -> None:
    config = load(call.datacenter, call.params["vmid"], node=call.node.name)
    config.check_lock()
    section = snapshots.snapshot_of(config, call.params["snapname"])
    if call.get("description") is not None:
        section["description"] = call.params["description"]
        save(call.datacenter, call.params["vmid"], config, node=call.node.name)


@route("POST", "/nodes/{node}/qemu/{vmid}/snapshot")
def take(call: Call) -> str:
    snapshots.check_name(call.params["snapname"])
    return call.start_task("qmsnapshot", call.params["vmid"], partial(_take, call))


def _take(call: Call, task: Task) -> Iterator[float]:
    vmid, name = call.params["vmid"], call.params["snapname"]
    store = volumes(call.datacenter, call.node)
    config = _load(call)
    if config.is_template:
        raise TaskError("you can't take a snapshot if it's a template")
    config.check_lock()
    if name in config.snapshots:
        raise TaskError(f"snapshot name '{name}' already used")
    if not has_feature(store, config, "snapshot"):
        raise TaskError("snapshot feature is not available")
    section = snapshots.copied(config.main)
    if call.get("vmstate") and _is_running(call):
        storage = suspend.state_storage(call.datacenter, call.node, config.main)
        suspend.save_state(call.datacenter, call.node, vmid, section, storage, name, task)
        task.log(f"saving VM state and RAM using storage '{storage}'")
        task.log("completed saving the VM state in 1s, saved 0 B")
    section["snaptime"] = int(call.datacenter.clock.now())
    if call.get("description"):
        section["description"] = call.params["description"]
    config.snapshots[name] = {**section, "snapstate": "prepare"}
    config.main["lock"] = "snapshot"
    save(call.datacenter, vmid, config, node=call.node.name)
    done: list[str] = []
    try:
        _activate(store, section)
        for drive in drives(section):
            if not drive.is_cdrom:
                task.log(f"snapshotting 'drive-{drive.key}' ({drive.file})")
                store.snapshot(drive.file, name, log=task.log)
                done.append(drive.file)
    except ApiError as error:
        task.log("snapshot create failed: starting cleanup")
        for volume in done:
            store.delete_snapshot(volume, name, log=task.log)
        config = _load(call)
        snapshots.forget(config, name)
        config.main.pop("lock", None)
        save(call.datacenter, vmid, config, node=call.node.name)
        # The blank is a second line break that Proxmox adds.
        raise TaskError(f"{error.message} ") from error
    yield call.datacenter.durations.of("qmsnapshot")
    config = _load(call)
    config.snapshots[name].pop("snapstate", None)
    config.main.pop("lock", None)
    config.main["parent"] = name
    save(call.datacenter, vmid, config, node=call.node.name)


@route("POST", "/nodes/{node}/qemu/{vmid}/snapshot/{snapname}/rollback")
def rollback(call: Call) -> str:
    task = call.begin("qmrollback", call.params["vmid"], partial(_rollback, call))
    if call.get("start"):

        def follow() -> None:
            if task.exitstatus == "OK" and not _is_running(call):
                work = partial(power.start, call.datacenter, call.node, call.params["vmid"])
                call.start_task("qmstart", call.params["vmid"], work)

        if task.is_running:
            task.then.append(follow)
        else:
            follow()
    return task.upid


def _rollback(call: Call, task: Task) -> Iterator[float]:
    vmid, name = call.params["vmid"], call.params["snapname"]
    store, hypervisor = volumes(call.datacenter, call.node), hypervisor_of(call.datacenter)
    config = _load(call)
    if config.is_template:
        raise TaskError("you can't rollback if vm is a template")
    section = snapshots.snapshot_of(config, name)
    if section.get("snapstate"):
        raise TaskError(f"unable to rollback to incomplete snapshot (snapstate = {section['snapstate']})")
    _activate(store, section)
    config.check_lock()
    hypervisor.stop(call.node, vmid)
    config.main["lock"] = "rollback"
    save(call.datacenter, vmid, config, node=call.node.name)
    for drive in drives(section):
        if not drive.is_cdrom:
            store.rollback(drive.file, name, log=task.log)
    yield call.datacenter.durations.of("qmrollback")
    config = _load(call)
    before = [drive.file for drive in drives(config.main) if drive.is_volume and not drive.is_cdrom]
    kept = {drive.file for drive in drives(section)}
    snapshots.apply(config, name)
    snapshots.note_unused(config, [volume for volume in before if volume not in kept])
    if config.main.get("vmgenid"):
        config.main["vmgenid"] = new_uuid()
    save(call.datacenter, vmid, config, node=call.node.name)
    if section.get("vmstate"):
        machine = str(section.get("runningmachine") or power.machine_version(str(config.main.get("machine", ""))))
        power.switch_on(call.datacenter, call.node, vmid, config, machine=machine)


@route("DELETE", "/nodes/{node}/qemu/{vmid}/snapshot/{snapname}")
def delete(call: Call) -> str:
    return call.start_task("qmdelsnapshot", call.params["vmid"], partial(_delete, call))


def _delete(call: Call, task: Task) -> Iterator[float]:
    vmid, name = call.params["vmid"], call.params["snapname"]
    store = volumes(call.datacenter, call.node)
    config = _load(call)
    section = snapshots.snapshot_of(config, name)
    _activate(store, section)
    config.check_lock()
    config.main["lock"] = "snapshot-delete"
    section["snapstate"] = "delete"
    save(call.datacenter, vmid, config, node=call.node.name)
    volumes_left: list[str] = []
    if section.get("vmstate"):
        store.free(str(section["vmstate"]), log=task.log)
        for key in ("vmstate", "runningmachine", "runningcpu"):
            section.pop(key, None)
    for drive in drives(section):
        if drive.is_cdrom or not drive.is_volume:
            continue
        try:
            store.delete_snapshot(drive.file, name, log=task.log)
        except ApiError:
            if not call.get("force"):
                raise
        volumes_left.append(drive.file)
    yield call.datacenter.durations.of("qmdelsnapshot")
    config = _load(call)
    config.main.pop("lock", None)
    snapshots.forget(config, name)
    snapshots.note_unused(config, volumes_left)
    save(call.datacenter, vmid, config, node=call.node.name)


@route("GET", "/nodes/{node}/qemu/{vmid}/feature")
def feature(call: Call) -> dict[str, Any]:
    config = peek(call.datacenter, call.params["vmid"], node=call.node.name)
    name = call.get("snapname")
    if name:
        snapshots.snapshot_of(config, name)
    store = volumes(call.datacenter, call.node)
    is_possible = has_feature(store, config, call.params["feature"], snapshot=name, running=_is_running(call))
    return {"hasFeature": int(is_possible), "nodes": _nodes_with_storages(call, store, config, name)}


def has_feature(
    store: Volumes, config: GuestConfig, wanted: str, *, snapshot: str | None = None, running: bool = False
) -> bool:
    """True where every disk of a guest (or of one of its snapshots) can be cloned, copied or snapshotted."""
    section = config.snapshots[snapshot] if snapshot else config.main
    return all(
        store.has_feature(wanted, drive.file, snapshot=snapshot, running=running)
        for drive in drives(section)
        if not drive.is_cdrom
    )


def _activate(store: Volumes, section: Section) -> None:
    """ApiError where a storage of the disks in a section cannot be used."""
    used = [drive.storage for drive in drives(section) if drive.is_volume and not drive.is_cdrom]
    if section.get("vmstate"):
        used.append(str(section["vmstate"]).partition(":")[0])
    for storage in sorted({str(name) for name in used}):
        store.usable(storage)


def _nodes_with_storages(call: Call, store: Volumes, config: GuestConfig, snapshot: str | None) -> list[str]:
    section = config.snapshots[snapshot] if snapshot else config.main
    used = {str(drive.storage) for drive in drives(section) if drive.is_volume}
    return [call.node.name] if all(store.is_usable(store.config(name)) for name in used) else []


def _load(call: Call) -> GuestConfig:
    return load(call.datacenter, call.params["vmid"], node=call.node.name)


def _is_running(call: Call) -> bool:
    return hypervisor_of(call.datacenter).running(call.node, call.params["vmid"]) is not None
