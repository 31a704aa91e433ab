"""What programs of a simulated machine say follows its hardware, its files and the API's state."""

from __future__ import annotations

import json

import pytest

from fakes.client import LocalClient
from fakes.host.machine import Machine
from tests.unit.host.machines import debian, lab, node


@pytest.fixture(scope="module")
def machine() -> Machine:
    return node()


def test_files_below_etc_pve_are_those_of_the_api() -> None:
    made = lab().nodes["hv01"]
    LocalClient(made.api).task("POST", "/nodes/hv01/qemu", vmid=100, name="probe")

    result = made.machine.run("grep -rH name: /etc/pve/qemu-server")

    assert result.stdout == "/etc/pve/qemu-server/100.conf:name: probe\n"


def test_a_file_that_is_not_there_is_named(machine: Machine) -> None:
    result = machine.run("cat /etc/pve/corosync.conf")

    assert (result.exit_status, result.stdout) == (1, "")
    assert result.stderr == "cat: /etc/pve/corosync.conf: No such file or directory\n"


def test_the_tree_of_network_cards_has_links_as_sysfs_has(machine: Machine) -> None:
    vendor = machine.run("cat /sys/class/net/eno1/device/vendor")
    driver = machine.run("readlink /sys/class/net/eno1/device/driver")

    assert vendor.stdout == "0x8086\n"
    assert driver.stdout == "../../../bus/pci/drivers/e1000e\n"


def test_the_processor_is_that_of_the_profile(machine: Machine) -> None:
    rows = {row["field"]: row["data"] for row in json.loads(machine.run("lscpu -J").stdout)["lscpu"]}

    assert rows["Model name:"] == "Intel(R) Core(TM) i7-6700T CPU @ 2.80GHz"
    assert (rows["CPU(s):"], rows["Core(s) per socket:"], rows["Thread(s) per core:"]) == ("8", "4", "2")


def test_memory_modules_are_listed_one_by_one(machine: Machine) -> None:
    text = machine.run("dmidecode -t 17").stdout

    assert text.count("Size: 16 GB") == 2
    assert text.count("Form Factor: SODIMM") == 2


def test_addresses_follow_the_interfaces_file(machine: Machine) -> None:
    rows = json.loads(machine.run("ip -j -4 addr show vmbr0").stdout)

    assert [(row["ifname"], row["addr_info"][0]["local"]) for row in rows] == [("vmbr0", "10.20.99.21")]


@pytest.mark.parametrize(
    ("units", "status", "stdout"),
    [("pveproxy", 0, "active\n"), ("corosync", 3, "inactive\n"), ("corosync ssh", 0, "inactive\nactive\n")],
)
def test_services_are_active_or_not(machine: Machine, units: str, status: int, stdout: str) -> None:
    result = machine.run(f"systemctl is-active {units}")

    assert (result.exit_status, result.stdout) == (status, stdout)


def test_a_package_that_is_not_installed_is_named() -> None:
    result = debian().run("dpkg-query -s pve-manager")

    assert result.exit_status == 1
    assert result.stderr == "dpkg-query: package 'pve-manager' is not installed and no information is available\n"


def test_masquerading_shows_in_the_rules() -> None:
    machine = node()
    machine.nft_masquerade = "vmbr0"

    assert '"masquerade": null' in machine.run("nft -j list ruleset").stdout


def test_the_mounted_file_system_goes_with_its_service() -> None:
    machine = node()
    machine.services.discard("pve-cluster")

    assert machine.run("ls /etc/pve/storage.cfg").exit_status == 2
    assert "/etc/pve" not in machine.run("findmnt -J -l -o TARGET,SOURCE,FSTYPE").stdout


def test_the_clock_may_be_wrong() -> None:
    machine = node()
    before = float(machine.run("date +%s.%N").stdout)

    machine.clock_offset_s = 412.0

    assert float(machine.run("date +%s.%N").stdout) == pytest.approx(before + 412.0)
