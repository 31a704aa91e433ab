"""Guests that the tests about a virtual machine's life begin with."""

from __future__ import annotations

import pytest

from fakes.pve.hypervisor import MemoryHypervisor, use_hypervisor
from tests.contract.client import Pve


@pytest.fixture
def vm(pve: Pve) -> Pve:
    """A node with guest 101 ("web"): one thin disk, one network card."""
    created = pve.post(
        "/nodes/hv01/qemu",
        {"vmid": 101, "name": "web", "scsi0": "local-lvm:4", "net0": "virtio=02:DE:20:00:00:01,bridge=vmbr0"},
    )
    assert pve.task(created.data) == "OK"
    return pve


@pytest.fixture
def deaf(vm: Pve) -> Pve:
    """The same node, whose guests have no operating system."""
    use_hypervisor(vm.datacenter, MemoryHypervisor(vm.datacenter, guests="empty"))
    return vm


@pytest.fixture
def images(vm: Pve) -> Pve:
    """The same node with a directory storage "imgs" for images."""
    added = vm.post("/storage", {"storage": "imgs", "type": "dir", "path": "/srv/imgs", "content": "images"})
    assert added.status == 200, added.reason
    return vm


@pytest.fixture
def template(vm: Pve) -> Pve:
    """The same node after 101 became a template."""
    assert vm.task(vm.post("/nodes/hv01/qemu/101/template").data) == "OK"
    return vm
