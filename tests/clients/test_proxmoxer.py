"""proxmoxer as it is: a template, three management VMs with their own MACs, and their end, over both mounts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import responses
from proxmoxer import ProxmoxAPI
from proxmoxer.core import ResourceException
from proxmoxer.tools import Tasks

from fakes.inprocess import mount
from fakes.pve.clock import SystemClock
from fakes.pve.dispatch import Api
from fakes.pve.node import NodeFacts
from fakes.pve.seed import standalone
from fakes.server import serving

PASSWORD = "proxmoxer-pw"
MACS = {201: "02:DE:20:03:00:01", 202: "02:DE:20:04:00:01", 203: "02:DE:20:05:00:01"}


def connect(host: str, verify: str | bool) -> ProxmoxAPI:
    return ProxmoxAPI(host, user="root@pam", password=PASSWORD, verify_ssl=verify)


@pytest.fixture(params=["in process", "https"])
def proxmox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ProxmoxAPI]:
    """proxmoxer, logged in at a pristine node hv01."""
    api = Api(standalone(NodeFacts("hv01"), clock=SystemClock(), root_password=PASSWORD))
    if request.param == "https":
        with serving(api, tmp_path) as running:
            yield connect(f"{running.host}:{running.port}", str(running.ca_file))
        return
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mount(mock, api, "https://hv01:8006")
        yield connect("hv01:8006", False)


def done(proxmox: ProxmoxAPI, upid: str) -> str:
    status = Tasks.blocking_status(proxmox, upid, timeout=10, polling_interval=0.01)
    assert status is not None
    return str(status["exitstatus"])


@pytest.fixture
def template(proxmox: ProxmoxAPI) -> int:
    """A template with one disk and one network card."""
    node = proxmox.nodes("hv01")
    made = node.qemu.post(
        vmid=9000, name="fedora", memory=1024, agent=1, scsi0="local-lvm:8", net0="virtio,bridge=vmbr0"
    )
    assert done(proxmox, made) == "OK"
    assert done(proxmox, node.qemu(9000).template.post()) == "OK"
    return 9000


@pytest.fixture
def guests(proxmox: ProxmoxAPI, template: int) -> dict[int, str]:
    """Three running clones with their own MACs."""
    node = proxmox.nodes("hv01")
    for vmid, mac in MACS.items():
        assert done(proxmox, node.qemu(template).clone.post(newid=vmid, name=f"mgmt-{vmid}", full=1)) == "OK"
        assert node.qemu(vmid).config.put(net0=f"virtio={mac},bridge=vmbr0") is None
        assert done(proxmox, node.qemu(vmid).status.start.post()) == "OK"
    return MACS


def test_clones_run_with_the_macs_they_were_given(proxmox: ProxmoxAPI, guests: dict[int, str]) -> None:
    node = proxmox.nodes("hv01")

    nets = {vmid: node.qemu(vmid).config.get()["net0"] for vmid in guests}
    running = {row["vmid"] for row in node.qemu.get() if row["status"] == "running"}

    assert nets == {vmid: f"virtio={mac},bridge=vmbr0" for vmid, mac in guests.items()}
    assert running == set(guests)


def test_a_template_is_listed_as_one(proxmox: ProxmoxAPI, template: int) -> None:
    rows = proxmox.cluster.resources.get(type="vm")

    assert [(row["vmid"], row["template"], row["status"]) for row in rows] == [(9000, 1, "stopped")]


def test_a_running_guest_is_not_deleted(proxmox: ProxmoxAPI, guests: dict[int, str]) -> None:
    with pytest.raises(ResourceException) as refused:
        proxmox.nodes("hv01").qemu(201).delete()

    assert (refused.value.status_code, refused.value.status_message) == (500, "Internal Server Error")
    assert refused.value.content == "VM 201 is running - destroy failed"


def test_deleted_guests_are_gone(proxmox: ProxmoxAPI, guests: dict[int, str]) -> None:
    node = proxmox.nodes("hv01")
    for vmid in guests:
        assert done(proxmox, node.qemu(vmid).status.stop.post()) == "OK"
        assert done(proxmox, node.qemu(vmid).delete()) == "OK"

    left = [row["vmid"] for row in node.qemu.get()]
    volumes = {row["vmid"] for row in node.storage("local-lvm").content.get()}

    assert left == [9000]
    assert volumes == {9000}


def test_a_failed_task_says_why(proxmox: ProxmoxAPI, template: int) -> None:
    node = proxmox.nodes("hv01")

    upid = node.qemu(template).status.start.post()

    assert done(proxmox, upid) == "you can't start a vm if it's a template"
    assert Tasks.decode_upid(upid)["type"] == "qmstart"


def test_a_wrong_password_is_refused(proxmox: ProxmoxAPI, template: int) -> None:
    created = proxmox.access.users.post(userid="ci@pve", password="right-pw-1")
    assert created is None

    with pytest.raises(ResourceException) as refused:
        proxmox.access.ticket.post(username="ci@pve", password="wrong-pw-1")

    assert refused.value.status_code == 401
