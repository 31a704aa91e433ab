"""Short ways to create, read and change the virtual machine of a test."""

from __future__ import annotations

from typing import Any

from tests.contract.client import Answer, Pve

VMID = 100
GUESTS = "/nodes/hv01/qemu"


def create(pve: Pve, **options: Any) -> str:
    """Create guest 100 (or `vmid`); returns the task's UPID, the task having ended well."""
    upid = begin(pve, **options)
    assert pve.task(upid) == "OK"
    return upid


def begin(pve: Pve, **options: Any) -> str:
    """Begin to create a guest; returns the task's UPID."""
    answer = pve.post(GUESTS, {"vmid": VMID, **options})
    assert answer.status == 200, answer.message
    return str(answer.data)


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


def start(pve: Pve, vmid: int = VMID) -> None:
    """Switch the guest on."""
    assert pve.task(pve.post(f"{GUESTS}/{vmid}/status/start").data) == "OK"


def stop(pve: Pve, vmid: int = VMID) -> None:
    """Switch the guest off."""
    assert pve.task(pve.post(f"{GUESTS}/{vmid}/status/stop").data) == "OK"


def snapshot(pve: Pve, name: str, vmid: int = VMID) -> None:
    """Take a snapshot."""
    assert pve.task(pve.post(f"{GUESTS}/{vmid}/snapshot", {"snapname": name}).data) == "OK"


def volumes(pve: Pve, storage: str = "local-lvm") -> list[str]:
    """The volume ids of a storage."""
    return [row["volid"] for row in pve.get(f"/nodes/hv01/storage/{storage}/content").data]
