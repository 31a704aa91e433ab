"""The commands of `pct`, for containers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.commands import pctown
from fakes.commands.definition import Alias, Tree, api, own, task
from fakes.commands.guestviews import show_config, show_pending, show_snapshots
from fakes.commands.passwords import confirmed_password, file_text
from fakes.commands.session import Session

GUESTS = "/nodes/{node}/lxc"
GUEST = f"{GUESTS}/{{vmid}}"
STATE = f"{GUEST}/status"
_SECRETS: dict[str, Any] = {
    "readers": {"password": confirmed_password, "ssh-public-keys": file_text},
    "interactive": frozenset({"password"}),
}


def _show_list(session: Session, rows: list[dict[str, Any]], _options: Mapping[str, Any]) -> None:
    if not rows:
        return
    session.say(f"{'VMID':<10} {'Status':<10} {'Lock':<12} {'Name':<20}")
    for row in sorted(rows, key=lambda one: int(one["vmid"])):
        session.say(f"{row['vmid']:<10} {row['status']:<10} {row.get('lock', ''):<12} {row.get('name', ''):<20}")


TREE: Tree = {
    "list": api("GET", GUESTS, show=_show_list),
    "create": task("POST", GUESTS, "vmid", "ostemplate", **_SECRETS),
    "restore": task("POST", GUESTS, "vmid", "ostemplate", fixed={"restore": 1}, **_SECRETS),
    "destroy": task("DELETE", GUEST, "vmid"),
    "clone": task("POST", f"{GUEST}/clone", "vmid", "newid"),
    "migrate": task("POST", f"{GUEST}/migrate", "vmid", "target"),
    "remote-migrate": task("POST", f"{GUEST}/remote_migrate", "vmid", "target-vmid", "target-endpoint"),
    "set": api("PUT", f"{GUEST}/config", "vmid"),
    "config": api("GET", f"{GUEST}/config", "vmid", show=show_config),
    "pending": api("GET", f"{GUEST}/pending", "vmid", show=show_pending),
    "resize": task("PUT", f"{GUEST}/resize", "vmid", "disk", "size"),
    "move-volume": task("POST", f"{GUEST}/move_volume", "vmid", "volume", "storage", "target-vmid", "target-volume"),
    "move_volume": Alias("move-volume"),
    "snapshot": task("POST", f"{GUEST}/snapshot", "vmid", "snapname"),
    "delsnapshot": task("DELETE", f"{GUEST}/snapshot/{{snapname}}", "vmid", "snapname"),
    "listsnapshot": api("GET", f"{GUEST}/snapshot", "vmid", show=show_snapshots),
    "rollback": task("POST", f"{GUEST}/snapshot/{{snapname}}/rollback", "vmid", "snapname"),
    "template": api("POST", f"{GUEST}/template", "vmid"),
    "start": task("POST", f"{STATE}/start", "vmid"),
    "stop": task("POST", f"{STATE}/stop", "vmid"),
    "shutdown": task("POST", f"{STATE}/shutdown", "vmid"),
    "reboot": task("POST", f"{STATE}/reboot", "vmid"),
    "suspend": task("POST", f"{STATE}/suspend", "vmid"),
    "resume": task("POST", f"{STATE}/resume", "vmid"),
    "status": own(pctown.STATUS, pctown.guest_status, "vmid"),
    "unlock": own(pctown.VMID, pctown.unlock, "vmid"),
    "mount": own(pctown.VMID, pctown.mount, "vmid"),
    "unmount": own(pctown.VMID, pctown.unmount, "vmid"),
    "fsck": own(pctown.FSCK, pctown.check_disk, "vmid"),
    "console": own(pctown.VMID, pctown.console, "vmid"),
    "enter": own(pctown.VMID, pctown.enter, "vmid"),
    "exec": own(pctown.EXEC, pctown.run_inside, "vmid", "extra-args"),
    "push": own(pctown.PUSH, pctown.push, "vmid", "file", "destination"),
    "pull": own(pctown.PULL, pctown.pull, "vmid", "path", "destination"),
}
