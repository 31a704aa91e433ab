"""Cloning containers and turning them into templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from fakes.pve.call import Call
from fakes.pve.guestconf import GuestConfig, Section, load, save
from fakes.pve.guests import config_path
from fakes.pve.http import ApiError, ForbiddenError, route
from fakes.pve.lxc.mountpoints import MountPoint, format_mount, is_mount_key, mounts, parse_mount
from fakes.pve.lxc.nets import renew_cards
from fakes.pve.lxc.rights import check_card
from fakes.pve.lxc.runtime import is_running
from fakes.pve.lxc.volumes import VolumeMaker, offers
from fakes.pve.nets import is_net_key
from fakes.pve.qemu.creation import refuse_taken
from fakes.pve.qemu.rights import Rights
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import Task, TaskError

_LEFT_OUT = frozenset(("parent", "snaptime", "snapstate", "template", "lock"))


@dataclass(slots=True)
class Plan:
    """What a clone will be made of: `section` the copied keys, `mounts` the volumes to make, in full or linked."""

    section: Section
    is_full: bool
    mounts: list[MountPoint] = field(default_factory=list)


@route("POST", "/nodes/{node}/lxc/{vmid}/clone")
def clone(call: Call) -> str:
    vmid, newid, node = call.params["vmid"], call.params["newid"], call.node.name
    _check(call)
    source = load(call.datacenter, vmid, "lxc", node=node)
    source.check_lock()
    refuse_taken(call, newid)
    plan = _plan(call, source)
    plan.section["lock"] = "create"
    save(call.datacenter, newid, GuestConfig(kind="lxc", main=plan.section), node=node)
    firewall = call.datacenter.cfs.read(f"firewall/{vmid}.fw")
    if firewall is not None:
        call.datacenter.cfs.write(f"firewall/{newid}.fw", firewall)
    source.main["lock"] = "disk"
    save(call.datacenter, vmid, source, node=node)
    task = call.begin("vzclone", vmid, partial(_clone, call, plan))
    if not task.is_running and task.exitstatus != "OK":
        # Where a fault was injected the work never began.
        _release(call)
    return task.upid


def _check(call: Call) -> None:
    pool, target, storage = call.get("pool"), call.get("target"), call.get("storage")
    if pool is not None and pool not in call.datacenter.access.pools:
        raise ForbiddenError(f"pool '{pool}' does not exist")
    if target and target not in ("localhost", call.node.name) and target not in call.datacenter.nodes:
        raise ApiError(500, f"no such cluster node '{target}'")
    if storage:
        volumes(call.datacenter, call.node).usable(storage)


def _plan(call: Call, config: GuestConfig) -> Plan:
    """What the clone needs, or ApiError for whatever speaks against it."""
    snapshot, storage = call.get("snapname"), call.get("storage")
    plan = Plan({}, bool(call.get("full", not config.is_template)))
    if storage is not None and not plan.is_full:
        raise ApiError(500, "parameter 'storage' not allowed for linked clones")
    if snapshot and snapshot not in config.snapshots:
        raise ApiError(500, f"snapshot '{snapshot}' does not exist")
    rights = Rights(call, call.params["newid"], call.get("pool"))
    for key, value in (config.snapshots[snapshot] if snapshot else config.main).items():
        if key in _LEFT_OUT or key.startswith("unused"):
            continue
        if is_mount_key(key):
            _check_mount(call, plan, parse_mount(key, value))
            continue
        if is_net_key(key):
            check_card(rights, key, value)
        plan.section[key] = value
    renew_cards(call.datacenter, plan.section)
    for key in ("hostname", "description"):
        if call.get(key):
            plan.section[key] = call.params[key]
    return plan


def _check_mount(call: Call, plan: Plan, mount: MountPoint) -> None:
    store, snapshot = volumes(call.datacenter, call.node), call.get("snapname")
    if not mount.is_volume:
        raise ApiError(500, f"unable to clone mountpoint '{mount.key}' (type {mount.kind})")
    storage = str(call.get("storage") or mount.storage)
    store.config(storage)
    call.require(f"/storage/{storage}", "Datastore.AllocateSpace")
    if plan.is_full:
        if is_running(call.node, call.params["vmid"]) and not snapshot:
            raise ApiError(500, "Cannot do full clones on a running container without snapshots")
        if not offers(store, "copy", mount, snapshot):
            raise ApiError(500, f"Full clone feature for '{mount.volume}' is not available")
    elif not offers(store, "clone", mount, snapshot):
        raise ApiError(500, f"Linked clone feature for '{mount.volume}' is not available")
    plan.mounts.append(mount)


def _clone(call: Call, plan: Plan, task: Task) -> Iterator[float]:
    newid, snapshot = call.params["newid"], call.get("snapname")
    store, node = volumes(call.datacenter, call.node), call.node.name
    maker = VolumeMaker(call.datacenter, call.node, newid, task.log)
    try:
        for mount in plan.mounts:
            store.usable(mount.storage)
        for mount in sorted(plan.mounts, key=lambda one: one.key):
            if plan.is_full:
                task.log(f"create full clone of mountpoint {mount.key} ({mount.volume})")
                volid = maker.copy(mount, str(call.get("storage") or mount.storage), snapshot)
            else:
                task.log(f"create linked clone of mount point {mount.key} ({mount.volume})")
                volid = store.clone(mount.volume, newid, snapshot, log=task.log)
                maker.made.append(volid)
            plan.section[mount.key] = format_mount(mount.with_volume(volid, mount.size))
            save(call.datacenter, newid, GuestConfig(kind="lxc", main=plan.section), node=node)
            yield call.datacenter.durations.of("vzclone", mount.size or 0 if plan.is_full else 0)
    except (ApiError, TaskError) as error:
        maker.undo()
        _release(call)
        raise TaskError(f"clone failed: {error}") from error
    except GeneratorExit:
        # Somebody stopped the task.
        maker.undo()
        _release(call)
        raise
    _unlock(call)
    _complete(call, plan)


def _complete(call: Call, plan: Plan) -> None:
    newid, node, target = call.params["newid"], call.node.name, call.get("target")
    del plan.section["lock"]
    save(call.datacenter, newid, GuestConfig(kind="lxc", main=plan.section), node=node)
    if call.get("pool"):
        with call.datacenter.edit_access() as access:
            access.pools[call.params["pool"]].vms[newid] = None
    if target and target not in ("localhost", node):
        call.datacenter.cfs.rename(config_path(node, "lxc", newid), config_path(target, "lxc", newid))


def _release(call: Call) -> None:
    """Give the new number back and unlock the source."""
    call.datacenter.cfs.delete(config_path(call.node.name, "lxc", call.params["newid"]))
    call.datacenter.cfs.delete(f"firewall/{call.params['newid']}.fw")
    _unlock(call)


def _unlock(call: Call) -> None:
    vmid = call.params["vmid"]
    if config_path(call.node.name, "lxc", vmid) in call.datacenter.cfs:
        config = load(call.datacenter, vmid, "lxc", node=call.node.name)
        if config.main.get("lock") == "disk":
            del config.main["lock"]
            save(call.datacenter, vmid, config, node=call.node.name)


@route("POST", "/nodes/{node}/lxc/{vmid}/template")
def template(call: Call) -> None:
    """Begin the conversion; unlike for virtual machines the answer does not name its task."""
    vmid, store = call.params["vmid"], volumes(call.datacenter, call.node)
    config = load(call.datacenter, vmid, "lxc", node=call.node.name)
    config.check_lock()
    if config.snapshots:
        raise ApiError(500, "unable to create template, because CT contains snapshots")
    if config.is_template:
        raise ApiError(500, "you can't convert a template to a template")
    if is_running(call.node, vmid):
        raise ApiError(500, "you can't convert a CT to template if the CT is running")
    for mount in mounts(config.main):
        if mount.is_volume and store.config(mount.storage).path is not None:
            raise ApiError(500, f"Directory storage '{mount.storage}' does not support container templates!")
    call.start_task("vztemplate", vmid, partial(_make_template, call))


def _make_template(call: Call, task: Task) -> Iterator[float]:
    vmid, store = call.params["vmid"], volumes(call.datacenter, call.node)
    config = load(call.datacenter, vmid, "lxc", node=call.node.name)
    for mount in mounts(config.main):
        if not offers(store, "template", mount):
            raise TaskError(f"volume '{mount.volume}' does not support template/clone")
    for mount in mounts(config.main):
        base = store.to_base(mount.volume, log=task.log)
        config.main[mount.key] = format_mount(mount.with_volume(base, mount.size))
    config.main["template"] = 1
    save(call.datacenter, vmid, config, node=call.node.name)
    yield call.datacenter.durations.of("vztemplate")
