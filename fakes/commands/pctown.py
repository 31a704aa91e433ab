"""What `pct` does by itself: the state, locks, mounting, and work inside containers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.commands.ctfiles import container_machine, keep_files
from fakes.commands.guestviews import show_status
from fakes.commands.session import Session
from fakes.pve.guestconf import GuestConfig, load, save
from fakes.pve.http import ApiError
from fakes.pve.schema import Spec

VMID: Mapping[str, Spec] = {"vmid": {"type": "integer", "format": "pve-vmid", "min": 100, "max": 999999999}}
STATUS: Mapping[str, Spec] = {**VMID, "verbose": {"type": "boolean", "optional": 1}}
EXEC: Mapping[str, Spec] = {
    **VMID,
    "keep-env": {"type": "boolean", "optional": 1},
    "extra-args": {"type": "array", "optional": 1},
}
FSCK: Mapping[str, Spec] = {
    **VMID,
    "device": {"type": "string", "optional": 1},
    "force": {"type": "boolean", "optional": 1},
}
_OWNERS: Mapping[str, Spec] = {name: {"type": "string", "optional": 1} for name in ("group", "perms", "user")}
PUSH: Mapping[str, Spec] = {**VMID, **_OWNERS, "file": {"type": "string"}, "destination": {"type": "string"}}
PULL: Mapping[str, Spec] = {**VMID, **_OWNERS, "path": {"type": "string"}, "destination": {"type": "string"}}
GUEST = "/nodes/{node}/lxc/{vmid}"
_MOUNTED = "mounted"


def _config(session: Session, vmid: int) -> GuestConfig:
    return load(session.api.datacenter, vmid, kind="lxc", node=session.node.name)


def _save(session: Session, vmid: int, config: GuestConfig) -> None:
    save(session.api.datacenter, vmid, config, node=session.node.name)
    session.api.datacenter.flush()


def _is_running(session: Session, vmid: int) -> bool:
    return bool(session.get(f"{GUEST}/status/current", vmid=vmid).get("status") == "running")


def _running_config(session: Session, vmid: int) -> GuestConfig:
    config = _config(session, vmid)
    if not _is_running(session, vmid):
        raise ApiError(500, f"container '{vmid}' not running!")
    return config


def guest_status(session: Session, given: dict[str, Any]) -> None:
    """Print whether a container runs."""
    _config(session, given["vmid"])
    status = session.get(f"{GUEST}/status/current", vmid=given["vmid"])
    show_status(session, status, verbose=bool(given.get("verbose")))


def unlock(session: Session, given: dict[str, Any]) -> None:
    """Take the lock off a container's configuration."""
    config = _config(session, given["vmid"])
    config.main.pop("lock", None)
    _save(session, given["vmid"], config)


def mount(session: Session, given: dict[str, Any]) -> None:
    """Mount a container's file systems on the node, which locks it."""
    vmid = given["vmid"]
    config = _config(session, vmid)
    config.check_lock()
    config.main["lock"] = _MOUNTED
    _save(session, vmid, config)
    session.say(f"mounted CT {vmid} in '/var/lib/lxc/{vmid}/rootfs'")


def unmount(session: Session, given: dict[str, Any]) -> None:
    """Take a container's file systems off the node again."""
    config = _config(session, given["vmid"])
    if config.lock != _MOUNTED:
        raise ApiError(500, f"container '{given['vmid']}' is not mounted")
    del config.main["lock"]
    _save(session, given["vmid"], config)


def check_disk(session: Session, given: dict[str, Any]) -> None:
    """Check a container's file system, which must not be in use."""
    vmid = given["vmid"]
    config = _config(session, vmid)
    if _is_running(session, vmid):
        raise ApiError(500, "cannot run fsck when container is running")
    device = given.get("device") or "rootfs"
    if device not in config.main:
        raise ApiError(500, f"cannot find mount point '{device}'")
    session.say("fsck from util-linux 2.38.1")
    session.say(f"{str(config.main[device]).partition(',')[0]}: clean")


def run_inside(session: Session, given: dict[str, Any]) -> None:
    """Run a command in a container; its exit status becomes the tool's."""
    vmid, words = given["vmid"], given.get("extra-args") or []
    config = _running_config(session, vmid)
    if not words:
        raise ApiError(500, "missing command")
    machine = container_machine(session, vmid, dict(config.main))
    result = machine.run_argv(list(words), session.stdin)
    keep_files(session, vmid, machine.own)
    session.print(result.stdout)
    session.console.err.append(result.stderr)
    session.exit_status = result.exit_status


def push(session: Session, given: dict[str, Any]) -> None:
    """Copy a file of the node into a container; a missing one is told, and no failure."""
    vmid = given["vmid"]
    config = _running_config(session, vmid)
    text = session.read_file(given["file"])
    if text is None:
        session.console.complain(f"failed to open {given['file']} for reading: No such file or directory")
        return
    machine = container_machine(session, vmid, dict(config.main))
    machine.own.write(str(given["destination"]).lstrip("/"), text)
    keep_files(session, vmid, machine.own)
    session.api.datacenter.flush()


def pull(session: Session, given: dict[str, Any]) -> None:
    """Copy a file of a container to the node; a missing one is told, and no failure."""
    vmid = given["vmid"]
    config = _running_config(session, vmid)
    text = container_machine(session, vmid, dict(config.main)).files.read(given["path"])
    if text is None:
        session.console.complain(f"failed to open {given['path']}: No such file or directory")
        return
    session.node.files.write(str(given["destination"]).lstrip("/"), text)
    session.api.datacenter.flush()


def console(session: Session, given: dict[str, Any]) -> None:
    """A console needs a person before it."""
    vmid = given["vmid"]
    _config(session, vmid)
    if not _is_running(session, vmid):
        where = f"lxc-console: {vmid}: ../src/lxc/tools/lxc_console.c: main: 129"
        session.console.complain(f"{where} {vmid} is not running")
        session.exit_status = 1


def enter(session: Session, given: dict[str, Any]) -> None:
    """A shell in a container: what is typed runs there."""
    config = _running_config(session, given["vmid"])
    machine = container_machine(session, given["vmid"], dict(config.main))
    result = machine.run_argv(["bash"], session.stdin)
    keep_files(session, given["vmid"], machine.own)
    session.print(result.stdout)
    session.console.err.append(result.stderr)
    session.exit_status = result.exit_status
