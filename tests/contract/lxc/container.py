"""Short ways to create, read and change the container of a test."""

from __future__ import annotations

from typing import Any

from tests.contract.client import Answer, Pve

VMID = 200
GUESTS = "/nodes/hv01/lxc"
CT = f"{GUESTS}/{VMID}"
TEMPLATE = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst"
ROOT = "local-lvm:vm-200-disk-0"


def begin(pve: Pve, **options: Any) -> str:
    """Begin to create container 200 (or `vmid`) with a root of 1 GiB; returns the task's UPID."""
    answer = ask(pve, **options)
    assert answer.status == 200, answer.message
    return str(answer.data)


def ask(pve: Pve, **options: Any) -> Answer:
    """POST lxc; an option of None is left out."""
    given = {"vmid": VMID, "ostemplate": TEMPLATE, "rootfs": "local-lvm:1", **options}
    return pve.post(GUESTS, {key: value for key, value in given.items() if value is not None})


def create(pve: Pve, **options: Any) -> str:
    """Create container 200 (or `vmid`); returns the task's UPID, the task having ended well."""
    upid = begin(pve, **options)
    assert pve.task(upid) == "OK"
    return upid


def config(pve: Pve, vmid: int = VMID, **options: Any) -> dict[str, Any]:
    """The configuration as GET shows it."""
    data: dict[str, Any] = pve.get(f"{GUESTS}/{vmid}/config", options).data
    return data


def change(pve: Pve, vmid: int = VMID, **options: Any) -> Answer:
    """PUT config."""
    return pve.put(f"{GUESTS}/{vmid}/config", options)


def pending(pve: Pve, vmid: int = VMID) -> dict[str, dict[str, Any]]:
    """The rows of pending by key."""
    return {row["key"]: row for row in pve.get(f"{GUESTS}/{vmid}/pending").data}


def status(pve: Pve, vmid: int = VMID) -> dict[str, Any]:
    """What status/current says."""
    data: dict[str, Any] = pve.get(f"{GUESTS}/{vmid}/status/current").data
    return data


def snapshot(pve: Pve, name: str, vmid: int = VMID) -> None:
    """Take a snapshot."""
    assert pve.task(pve.post(f"{GUESTS}/{vmid}/snapshot", {"snapname": name}).data) == "OK"


def volumes(pve: Pve, storage: str = "local-lvm") -> list[str]:
    """The volume ids of a storage."""
    return [row["volid"] for row in pve.get(f"/nodes/hv01/storage/{storage}/content").data]
