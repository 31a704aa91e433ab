"""A node with guests to back up."""

from __future__ import annotations

import pytest

from tests.contract.client import Pve


@pytest.fixture
def guest(pve: Pve) -> Pve:
    """A node with guest 101 ("web"): one thin disk, one CD drive, one network card."""
    created = pve.post(
        "/nodes/hv01/qemu",
        {
            "vmid": 101,
            "name": "web",
            "scsi0": "local-lvm:4",
            "ide2": "none,media=cdrom",
            "net0": "virtio=02:DE:20:00:00:01,bridge=vmbr0",
        },
    )
    assert pve.task(created.data) == "OK"
    return pve


@pytest.fixture
def archive(guest: Pve) -> str:
    """The volume id of a backup of that guest."""
    upid = guest.post("/nodes/hv01/vzdump", {"vmid": 101, "storage": "local", "compress": "zstd"}).data
    assert guest.task(upid) == "OK"
    return str(guest.get("/nodes/hv01/storage/local/content", {"content": "backup"}).data[0]["volid"])
