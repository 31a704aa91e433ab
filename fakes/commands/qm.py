"""The commands of `qm`, for virtual machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.commands import qmdisks, qmown
from fakes.commands.definition import Alias, Tree, api, own, task
from fakes.commands.guestviews import (
    show_agent,
    show_config,
    show_pending,
    show_snapshots,
)
from fakes.commands.passwords import confirmed_password, escaped_file
from fakes.commands.session import Session
from fakes.pve.guestconf import load
from fakes.pve.http import ApiError

GUESTS = "/nodes/{node}/qemu"
GUEST = f"{GUESTS}/{{vmid}}"
STATE = f"{GUEST}/status"
_SECRETS: dict[str, Any] = {
    "readers": {"sshkeys": escaped_file, "cipassword": confirmed_password},
    "interactive": frozenset({"cipassword"}),
}
_MIB, _GIB = 1024**2, 1024**3


def _show_list(session: Session, rows: list[dict[str, Any]], _options: Mapping[str, Any]) -> None:
    if not rows:
        return
    session.say(f"{'VMID':>10} {'NAME':<20} {'STATUS':<10} {'MEM(MB)':<10} {'BOOTDISK(GB)':>12} {'PID':<10}")
    for row in sorted(rows, key=lambda one: int(one["vmid"])):
        memory, disk = row.get("maxmem", 0) / _MIB, row.get("maxdisk", 0) / _GIB
        state, pid = row.get("qmpstatus") or row["status"], row.get("pid") or 0
        session.say(f"{row['vmid']:>10} {row.get('name', ''):<20} {state:<10} {memory:<10.15g} {disk:>12.2f} {pid:<10}")


def _show_text(session: Session, text: Any, _options: Mapping[str, Any]) -> None:
    session.say(str(text))


def _not_simulated(session: Session, given: dict[str, Any]) -> None:
    load(session.api.datacenter, given["vmid"], node=session.node.name)
    raise ApiError(501, "this command of qm is not simulated", bare=True)


TREE: Tree = {
    "list": api("GET", GUESTS, show=_show_list),
    "create": task("POST", GUESTS, "vmid", **_SECRETS),
    "destroy": task("DELETE", GUEST, "vmid"),
    "clone": task("POST", f"{GUEST}/clone", "vmid", "newid"),
    "migrate": task("POST", f"{GUEST}/migrate", "vmid", "target"),
    "remote-migrate": task("POST", f"{GUEST}/remote_migrate", "vmid", "target-vmid", "target-endpoint"),
    "set": api("PUT", f"{GUEST}/config", "vmid", **_SECRETS),
    "config": api("GET", f"{GUEST}/config", "vmid", show=show_config),
    "pending": api("GET", f"{GUEST}/pending", "vmid", show=show_pending),
    "showcmd": own(qmown.VMID, _not_simulated, "vmid"),
    "status": own(qmown.STATUS, qmown.guest_status, "vmid"),
    "snapshot": task("POST", f"{GUEST}/snapshot", "vmid", "snapname"),
    "delsnapshot": task("DELETE", f"{GUEST}/snapshot/{{snapname}}", "vmid", "snapname"),
    "listsnapshot": api("GET", f"{GUEST}/snapshot", "vmid", show=show_snapshots),
    "rollback": task("POST", f"{GUEST}/snapshot/{{snapname}}/rollback", "vmid", "snapname"),
    "template": api("POST", f"{GUEST}/template", "vmid"),
    "start": task("POST", f"{STATE}/start", "vmid"),
    "stop": task("POST", f"{STATE}/stop", "vmid"),
    "reset": task("POST", f"{STATE}/reset", "vmid"),
    "shutdown": task("POST", f"{STATE}/shutdown", "vmid"),
    "reboot": task("POST", f"{STATE}/reboot", "vmid"),
    "suspend": task("POST", f"{STATE}/suspend", "vmid"),
    "resume": task("POST", f"{STATE}/resume", "vmid"),
    "sendkey": api("PUT", f"{GUEST}/sendkey", "vmid", "key"),
    "vncproxy": own(qmown.VMID, qmown.vnc_proxy, "vmid"),
    "wait": own(qmown.WAIT, qmown.wait, "vmid"),
    "unlock": own(qmown.VMID, qmown.unlock, "vmid"),
    "monitor": own(qmown.VMID, _not_simulated, "vmid"),
    "terminal": own(qmown.VMID, qmown.terminal, "vmid"),
    "nbdstop": own(qmown.VMID, qmown.nbd_stop, "vmid"),
    "guest": {
        "cmd": api("POST", f"{GUEST}/agent", "vmid", "command", show=show_agent),
        "passwd": api(
            "POST",
            f"{GUEST}/agent/set-user-password",
            "vmid",
            "username",
            readers={"password": confirmed_password},
            interactive=frozenset({"password"}),
        ),
        "exec": own(qmown.EXEC, qmown.guest_exec, "vmid", "extra-args", show=show_agent),
        "exec-status": api("GET", f"{GUEST}/agent/exec-status", "vmid", "pid", show=show_agent),
    },
    "agent": Alias("guest cmd"),
    "import": own(qmdisks.IMPORT, qmdisks.import_guest, "vmid", "source"),
    "importovf": own(qmdisks.IMPORT_OVF, qmdisks.import_ovf, "vmid", "manifest", "storage"),
    "cleanup": own(qmown.CLEANUP, qmown.cleanup, "vmid", "clean-shutdown", "guest-requested"),
    "disk": {
        "import": own(qmdisks.IMPORT_DISK, qmdisks.import_disk, "vmid", "source", "storage"),
        "move": task("POST", f"{GUEST}/move_disk", "vmid", "disk", "storage"),
        "rescan": own(qmdisks.RESCAN, qmdisks.rescan),
        "resize": api("PUT", f"{GUEST}/resize", "vmid", "disk", "size"),
        "unlink": api("PUT", f"{GUEST}/unlink", "vmid"),
    },
    "move-disk": Alias("disk move"),
    "move_disk": Alias("disk move"),
    "resize": Alias("disk resize"),
    "unlink": Alias("disk unlink"),
    "rescan": Alias("disk rescan"),
    "importdisk": Alias("disk import"),
    "cloudinit": {
        "dump": api("GET", f"{GUEST}/cloudinit/dump", "vmid", "type", show=_show_text),
        "pending": api("GET", f"{GUEST}/cloudinit", "vmid", show=show_pending),
        "update": api("PUT", f"{GUEST}/cloudinit", "vmid"),
    },
}
