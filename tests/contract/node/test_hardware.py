"""PCI devices, USB devices and what guests can be given."""

from __future__ import annotations

from tests.contract.client import Pve

PCI = "/nodes/hv01/hardware/pci"


def test_bridges_and_the_like_are_left_out(pve: Pve) -> None:
    assert [row["id"] for row in pve.get(PCI).data] == ["0000:00:02.0", "0000:00:1f.6"]


def test_an_empty_blacklist_shows_everything(pve: Pve) -> None:
    rows = pve.get(PCI, {"pci-class-blacklist": ""}).data

    assert [row["id"] for row in rows] == [device["id"] for device in pve.node.facts.pci]


def test_a_brief_list_has_no_names(pve: Pve) -> None:
    row = pve.get(PCI, {"verbose": 0}).data[0]

    assert set(row) == {"id", "class", "vendor", "device", "iommugroup"}


def test_a_missing_device_has_no_parts(pve: Pve) -> None:
    assert pve.get(f"{PCI}/0000:99:00.0/mdev").status == 500


def test_processor_models_know_their_makers(pve: Pve) -> None:
    makers = {row["name"]: row["vendor"] for row in pve.get("/nodes/hv01/capabilities/qemu/cpu").data}

    assert (makers["EPYC-Rome"], makers["Haswell"], makers["host"]) == ("AuthenticAMD", "GenuineIntel", "default")


def test_the_newest_machine_is_the_one_that_windows_guests_are_pinned_to(pve: Pve) -> None:
    machines = [row["id"] for row in pve.get("/nodes/hv01/capabilities/qemu/machines").data]
    pve.post("/nodes/hv01/qemu", {"vmid": 100, "ostype": "win11"})

    assert pve.get("/nodes/hv01/qemu/100/config").data["machine"] in machines


def test_the_running_manager_and_the_installed_package_are_one_version(pve: Pve) -> None:
    packages = {row["Package"]: row for row in pve.get("/nodes/hv01/apt/versions").data}

    assert packages["pve-manager"]["Version"] == pve.get("/version").data["version"]
    assert packages["proxmox-ve"]["RunningKernel"] == pve.node.facts.kernel


def test_a_template_is_downloaded_only_to_a_storage_for_templates(pve: Pve) -> None:
    template = pve.get("/nodes/hv01/aplinfo").data[0]["template"]

    answer = pve.post("/nodes/hv01/aplinfo", {"storage": "local-lvm", "template": template})

    assert (answer.status, answer.errors) == (400, {"storage": "storage 'local-lvm' does not support vztmpl"})


def test_an_unknown_template_is_no_template(pve: Pve) -> None:
    answer = pve.post("/nodes/hv01/aplinfo", {"storage": "local", "template": "x"})

    assert (answer.status, answer.errors) == (400, {"template": "no such template"})


def test_statistics_are_drawn_of_what_is_measured(pve: Pve) -> None:
    answer = pve.get("/nodes/hv01/rrd", {"ds": "cpu,nope", "timeframe": "hour"})

    assert (answer.status, answer.reason) == (500, "No DS called 'nope' in '/var/lib/rrdcached/db/pve2-node/hv01'")
