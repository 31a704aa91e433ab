"""Cloning virtual machines and turning them into templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from fakes.pve.call import Call
from fakes.pve.drives import Drive, drives, format_drive, is_drive_key, parse_drive
from fakes.pve.guestconf import GuestConfig, Section, load, save
from fakes.pve.guests import config_path
from fakes.pve.http import ApiError, ForbiddenError, ParameterError, route
from fakes.pve.hypervisor import hypervisor_of
from fakes.pve.qemu.diskcopy import Source, Target, copy, link
from fakes.pve.qemu.identity import renew
from fakes.pve.qemu.power import ensure_exists
from fakes.pve.qemu.rights import Rights
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import Task, TaskError

_LEFT_OUT = frozenset(("parent", "snaptime", "vmstate", "snapstate", "template", "lock"))


@dataclass(slots=True)
class Plan:
    """What a clone will be made of: `section` the copied keys, `linked` and `full` the drives to make."""

    section: Section
    source: Section
    linked: list[Drive] = field(default_factory=list)
    full: list[Drive] = field(default_factory=list)

    @property
    def made(self) -> list[Drive]:
        """All drives to make in the order of their names."""
        return sorted([*self.linked, *self.full], key=lambda drive: drive.key)


@route("POST", "/nodes/{node}/qemu/{vmid}/clone")
def clone(call: Call) -> str:
    vmid = call.params["vmid"]
    pool = call.get("pool")
    if pool is not None and pool not in call.datacenter.access.pools:
        raise ForbiddenError(f"pool '{pool}' does not exist")
    ensure_exists(call.datacenter, call.node, vmid)
    _plan(call)
    return call.start_task("qmclone", vmid, partial(_clone, call))


def _plan(call: Call) -> Plan:
    """What the clone needs, or ApiError for whatever speaks against it."""
    vmid, newid, snapshot = call.params["vmid"], call.params["newid"], call.get("snapname")
    store, storage, target = volumes(call.datacenter, call.node), call.get("storage"), call.get("target")
    if target and target not in ("localhost", call.node.name) and target not in call.datacenter.nodes:
        raise ApiError(500, f"no such cluster node '{target}'")
    if storage and "images" not in store.usable(storage).content:
        raise ParameterError({"storage": f"storage '{storage}' does not support vm images"})
    config = load(call.datacenter, vmid, node=call.node.name)
    config.check_lock()
    if snapshot and snapshot not in config.snapshots:
        raise ApiError(500, f"snapshot '{snapshot}' does not exist")
    is_full = bool(call.get("full", not config.is_template))
    for name in ("storage", "format"):
        if call.get(name) is not None and not is_full:
            raise ApiError(500, f"parameter '{name}' not allowed for linked clones")
    source = config.snapshots[snapshot] if snapshot else config.main
    _check_rights(call, source, storage)
    if _guest_exists(call, newid):
        raise ApiError(500, f"unable to create VM {newid}: config file already exists")
    return _sorted_out(call, config, source, is_full=is_full)


def _sorted_out(call: Call, config: GuestConfig, source: Section, *, is_full: bool) -> Plan:
    store, snapshot = volumes(call.datacenter, call.node), call.get("snapname")
    running = hypervisor_of(call.datacenter).running(call.node, call.params["vmid"]) is not None
    plan = Plan({}, source)
    for key, value in source.items():
        if key in _LEFT_OUT or key.startswith("unused"):
            continue
        if is_full and running and not snapshot and key == "tpmstate0":
            raise ApiError(500, "cannot clone TPM state while VM is running")
        plan.section[key] = value
        if not is_drive_key(key):
            continue
        drive = parse_drive(key, value)
        if drive.is_cdrom and not drive.is_cloudinit:
            continue
        del plan.section[key]
        is_copied = is_full or drive.is_cloudinit
        wanted, name = ("copy", "Full") if is_copied else ("clone", "Linked")
        if not store.has_feature(wanted, drive.file, snapshot=snapshot, running=running):
            raise ApiError(500, f"{name} clone feature is not supported for '{drive.file}' ({key})")
        (plan.full if is_copied else plan.linked).append(drive)
    if not snapshot:
        for key in sorted(config.pending):
            plan.section.setdefault(key, source.get(key, ""))
        plan.section = {key: value for key, value in plan.section.items() if value != ""}
    return plan


def _check_rights(call: Call, source: Section, storage: str | None) -> None:
    """The rights a clone needs on the storages of its disks and on the bridges of its cards."""
    store = volumes(call.datacenter, call.node)
    for drive in drives(source):
        if drive.file == "cdrom":
            call.require("/", "Sys.Console")
        elif drive.is_volume:
            store.config(str(drive.storage))
            if not drive.is_cdrom:
                call.require(f"/storage/{storage or drive.storage}", "Datastore.AllocateSpace")
    if source.get("vmstatestorage"):
        call.require(f"/storage/{source['vmstatestorage']}", "Datastore.AllocateSpace")
    rights = Rights(call, call.params["newid"], call.get("pool"))
    for key in sorted(source):
        if key.startswith("net"):
            rights.net(str(source[key]))


def _guest_exists(call: Call, vmid: int) -> bool:
    return config_path(call.node.name, "qemu", vmid) in call.datacenter.cfs or vmid in call.datacenter.guests


def _clone(call: Call, task: Task) -> Iterator[float]:
    vmid, newid, snapshot = call.params["vmid"], call.params["newid"], call.get("snapname")
    plan = _plan(call)
    section = plan.section
    renew(call.datacenter, section)
    section["name"] = call.get("name") or f"Copy-of-VM-{plan.source.get('name', vmid)}"
    if call.get("description"):
        section["description"] = call.params["description"]
    section["lock"] = "clone"
    node = call.node.name
    save(call.datacenter, newid, GuestConfig(main=section), node=node)
    firewall = call.datacenter.cfs.read(f"firewall/{vmid}.fw")
    if firewall is not None:
        call.datacenter.cfs.write(f"firewall/{newid}.fw", firewall)
    source = Source(vmid, plan.source, snapshot)
    target = Target(newid, call.get("storage"), call.get("format"))
    made: list[str] = []
    try:
        store = volumes(call.datacenter, call.node)
        for drive in plan.made:
            store.usable(str(drive.storage))
        for drive in plan.made:
            if drive in plan.linked:
                new = link(call.datacenter, call.node, drive, newid, snapshot, task)
            else:
                new = yield from copy(call.datacenter, call.node, source, drive, target, task)
            made.append(new.file)
            section[drive.key] = format_drive(new)
            save(call.datacenter, newid, GuestConfig(main=section), node=node)
        yield call.datacenter.durations.of("qmclone")
    except (ApiError, TaskError) as error:
        for volid in made:
            volumes(call.datacenter, call.node).free(volid, log=task.log)
        call.datacenter.cfs.delete(config_path(node, "qemu", newid))
        call.datacenter.cfs.delete(f"firewall/{newid}.fw")
        raise TaskError(f"clone failed: {error}") from error
    del section["lock"]
    save(call.datacenter, newid, GuestConfig(main=section), node=node)
    if call.get("pool"):
        with call.datacenter.edit_access() as access:
            access.pools[call.params["pool"]].vms[newid] = None
    _move_to(call, newid)


def _move_to(call: Call, newid: int) -> None:
    """Hand the finished clone to another node of the cluster."""
    target = call.get("target")
    if target and target not in ("localhost", call.node.name):
        old, new = config_path(call.node.name, "qemu", newid), config_path(target, "qemu", newid)
        call.datacenter.cfs.rename(old, new)


@route("POST", "/nodes/{node}/qemu/{vmid}/template")
def template(call: Call) -> str:
    vmid = call.params["vmid"]
    _template_source(call)

    def work(task: Task) -> Iterator[float]:
        config = _template_source(call)
        config.main["template"] = 1
        save(call.datacenter, vmid, config, node=call.node.name)
        make_base(call, config, task, only=call.get("disk"))
        yield call.datacenter.durations.of("qmtemplate")

    return call.start_task("qmtemplate", vmid, work)


def _template_source(call: Call) -> GuestConfig:
    config = load(call.datacenter, call.params["vmid"], node=call.node.name)
    config.check_lock()
    if config.snapshots:
        raise ApiError(500, "unable to create template, because VM contains snapshots")
    if config.is_template and not call.get("disk"):
        raise ApiError(500, "you can't convert a template to a template")
    if hypervisor_of(call.datacenter).running(call.node, call.params["vmid"]) is not None:
        raise ApiError(500, "you can't convert a VM to template if VM is running")
    return config


def make_base(call: Call, config: GuestConfig, task: Task, *, only: str | None = None) -> None:
    """Turn a template's disks into base volumes where the storage can."""
    store = volumes(call.datacenter, call.node)
    for drive in list(drives(config.main)):
        if drive.is_cdrom or (only and drive.key != only) or not store.has_feature("template", drive.file):
            continue
        volid = store.to_base(drive.file, log=task.log)
        config.main[drive.key] = format_drive(drive.with_file(volid, drive.size))
        save(call.datacenter, call.params["vmid"], config, node=call.node.name)
