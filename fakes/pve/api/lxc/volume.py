"""Volumes of containers: growing them, moving them to another storage or to another container."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from fakes.pve.api.lxc import reassign
from fakes.pve.call import Call
from fakes.pve.drives import add_unused, is_unused_key, parse_size
from fakes.pve.guestconf import GuestConfig, load, save
from fakes.pve.http import ApiError, route
from fakes.pve.lxc.mountpoints import MountPoint, format_mount, parse_mount
from fakes.pve.lxc.runtime import is_running
from fakes.pve.lxc.volumes import VolumeMaker, is_used
from fakes.pve.moving import asked_storage
from fakes.pve.storage.names import split_volid
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import Task

_BLOCK = 4096


@route("PUT", "/nodes/{node}/lxc/{vmid}/resize")
def resize(call: Call) -> str:
    _grown(call)
    return call.start_task("resize", call.params["vmid"], partial(_resize, call))


def _grown(call: Call) -> tuple[GuestConfig, MountPoint]:
    """The configuration, and the mount point with the size it is to have; ApiError for what speaks against it."""
    vmid, disk, text = call.params["vmid"], call.params["disk"], str(call.params["size"])
    store = volumes(call.datacenter, call.node)
    config = load(call.datacenter, vmid, "lxc", node=call.node.name)
    config.check_lock()
    config.check_digest(call.get("digest"))
    mount = parse_mount(disk, config.main.get(disk))
    owner = store.parse(mount.volume).vmid
    if owner != vmid:
        raise ApiError(500, f"can't resize mount point owned by another container ({owner})")
    call.require(f"/storage/{mount.storage}", "Datastore.AllocateSpace")
    store.activate(mount.volume)
    size = store.info(mount.volume).size
    wanted = (parse_size(text.lstrip("+")) or 0) + (size if text.startswith("+") else 0)
    if wanted < size:
        raise ApiError(500, "unable to shrink disk size")
    if wanted == size:
        raise ApiError(500, "disk is already at specified size")
    return config, mount.with_volume(mount.volume, wanted)


def _resize(call: Call, task: Task) -> Iterator[float]:
    vmid, store = call.params["vmid"], volumes(call.datacenter, call.node)
    config, mount = _grown(call)
    size = mount.size or 0
    store.resize(mount.volume, size, log=task.log)
    config.main[mount.key] = format_mount(mount)
    save(call.datacenter, vmid, config, node=call.node.name)
    if store.info(mount.volume).format == "raw":
        path = store.path(mount.volume)
        task.log("resize2fs 1.47.0 (5-Feb-2023)")
        task.log(f"The filesystem on {path} is now {size // _BLOCK} (4k) blocks long.")
    yield call.datacenter.durations.of("resize")


@route("POST", "/nodes/{node}/lxc/{vmid}/move_volume")
def move(call: Call) -> str:
    if asked_storage(call) is None:
        return reassign.start(call)
    vmid = call.params["vmid"]
    config, mount = _movable(call)
    config.main["lock"] = "disk"
    save(call.datacenter, vmid, config, node=call.node.name)
    task = call.begin("move_volume", vmid, partial(_move, call, mount))
    if not task.is_running:
        _unlock(call)
    return task.upid


def _movable(call: Call) -> tuple[GuestConfig, MountPoint]:
    key = call.params["volume"]
    config = load(call.datacenter, call.params["vmid"], "lxc", node=call.node.name)
    config.check_lock()
    if is_running(call.node, call.params["vmid"]):
        raise ApiError(500, "cannot move volumes of a running container")
    if is_unused_key(key):
        raise ApiError(500, f"cannot move volume '{key}', only configured volumes can be moved to another storage")
    mount = parse_mount(key, config.main.get(key))
    if call.get("delete") and is_used(config, mount.volume, in_snapshots_only=True):
        raise ApiError(500, "you can't move a volume with snapshots and delete the source")
    config.check_digest(call.get("digest"))
    return config, mount


def _move(call: Call, mount: MountPoint, task: Task) -> Iterator[float]:
    vmid, node = call.params["vmid"], call.node.name
    store = volumes(call.datacenter, call.node)
    maker = VolumeMaker(call.datacenter, call.node, vmid, task.log)
    try:
        split_volid(mount.volume)
        store.activate(mount.volume)
        volid = maker.copy(mount, call.params["storage"], None)
        yield call.datacenter.durations.of("move_volume", mount.size or 0)
        config = load(call.datacenter, vmid, "lxc", node=node)
        if config.is_template:
            volid = store.to_base(volid, log=task.log)
        config.main[mount.key] = format_mount(mount.with_volume(volid, mount.size))
        if not call.get("delete"):
            add_unused(config.main, mount.volume)
        save(call.datacenter, vmid, config, node=node)
        if call.get("delete"):
            store.free(mount.volume, log=task.log)
    except (ApiError, GeneratorExit):
        maker.undo()
        raise
    finally:
        _unlock(call)


def _unlock(call: Call) -> None:
    config = load(call.datacenter, call.params["vmid"], "lxc", node=call.node.name)
    if config.main.get("lock") == "disk":
        del config.main["lock"]
        save(call.datacenter, call.params["vmid"], config, node=call.node.name)
