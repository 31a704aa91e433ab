"""Recorded outputs become snapshots: what was seen, and why the rest is missing."""

import pytest

from conformance.collect.output import Output
from conformance.collect.probes import PROBES, address_probes
from conformance.collect.snapshot import add_addresses, assemble, running_containers, running_vms
from conformance.shape import misfits
from tests.unit.conformance.recordings import outputs_of


@pytest.fixture(scope="module")
def hv01():
    return assemble(outputs_of("hv01"))


@pytest.fixture(scope="module")
def debian():
    return assemble(outputs_of("debian12"))


@pytest.mark.parametrize("name", ["hv01", "debian12"])
def test_a_recording_answers_every_probe(name):
    assert set(outputs_of(name)) == {probe.name for probe in PROBES}


@pytest.mark.parametrize("name", ["hv01", "debian12"])
def test_the_facts_have_the_shape_of_a_snapshot(name):
    assert list(misfits(assemble(outputs_of(name)).facts)) == []


def test_nothing_is_missing_of_a_proxmox_node(hv01):
    assert hv01.missing == {}


def test_the_machine_is_described(hv01):
    facts = hv01.facts

    assert facts["dmi"]["product_name"] == "OptiPlex 7050"
    assert [device["size_mib"] for device in facts["dmi"]["memory_devices"]] == [16384, 16384]
    assert (facts["cpu"]["sockets"], facts["cpu"]["cores"], facts["cpu"]["threads"]) == (1, 4, 8)
    assert facts["iommu"] == {"dmar_table": True, "groups": 13}
    assert [disk["name"] for disk in facts["disks"]] == ["nvme0n1"]


def test_ports_are_the_physical_ones(hv01):
    assert [(nic["name"], nic["bridge"], nic["wireless"]) for nic in hv01.facts["nics"]] == [
        ("eno1", "vmbr0", False),
        ("wlp2s0", None, True),
    ]


def test_storage_knows_what_lies_behind_it(hv01):
    behind = {one["id"]: (one["shared"], one["disabled"], one["backing_tran"]) for one in hv01.facts["storage"]}

    assert behind == {
        "local": (False, False, "nvme"),
        "local-lvm": (False, False, "nvme"),
        "nas": (True, True, None),
        "san": (False, False, "iscsi"),
    }


def test_guests_come_from_their_files_without_snapshots(hv01):
    metrics = hv01.facts["guests"][0]

    assert (metrics["name"], metrics["macs"]) == ("metrics-vm01", ["02:DE:20:03:00:01"])
    assert metrics["description"] == "Metrics and logs:\n100% inventory"


def test_guests_tell_where_they_came_from(hv01):
    origins = {guest["vmid"]: guest.get("origin") for guest in hv01.facts["guests"]}

    assert origins == {101: "clone", 102: "iso", 104: None, 9000: None}


def test_static_addresses_are_kept_as_written(hv01):
    assert {guest["vmid"]: guest["ipconfig"] for guest in hv01.facts["guests"]} == {
        101: ["dhcp"],
        102: ["ip=10.20.99.60/24,gw=10.20.99.1"],
        104: ["gw=10.20.99.1,ip=10.20.99.33/24"],
        9000: [],
    }


def test_a_debian_shows_no_empty_lists_for_what_only_proxmox_would_have(debian):
    for key in ("guests", "storage", "ha", "cluster", "api_principals", "pve_node_name", "mac_prefix"):
        assert key not in debian.facts, key


def test_a_debian_says_why_they_are_missing(debian):
    assert debian.missing["guests"] == "not a Proxmox VE node, so this says nothing"
    assert debian.missing["pve.pveversion_text"] == "pveversion: command not found on the node"


def test_a_debian_is_known_to_be_no_proxmox(debian):
    assert debian.facts["pve"] == {"installed": False, "pmxcfs_mounted": False}


def test_a_left_over_corosync_conf_is_seen_on_any_machine():
    outputs = outputs_of("debian12") | {"corosync_conf": Output(2, "/etc/corosync/corosync.conf\n", "ls: …")}

    facts = assemble(outputs).facts

    assert facts["cluster"]["corosync_conf_files"] == ["/etc/corosync/corosync.conf"]


def test_a_removed_package_is_not_installed():
    status = "Package: pve-manager\nStatus: deinstall ok config-files\nVersion: 8.4.1\n"

    facts = assemble(outputs_of("hv01") | {"dpkg_pve_manager": Output(0, status)}).facts

    assert facts["pve"]["installed"] is False
    assert "guests" not in facts


def test_a_node_without_its_file_system_has_unknown_guests():
    outputs = outputs_of("hv01")
    without = outputs["mounts"].stdout.replace('"fuse"', '"ext4"')

    facts = assemble(outputs | {"mounts": Output(0, without)}).facts

    assert facts["pve"]["pmxcfs_mounted"] is False
    assert "guests" not in facts


def test_a_node_without_guests_has_an_empty_list():
    facts = assemble(outputs_of("hv01") | {"guests": Output(0, "[]\n"), "guest_configs": Output(1)}).facts

    assert facts["guests"] == []


def test_unreadable_guest_files_leave_only_the_resource_list():
    denied = Output(2, "", "grep: /etc/pve/qemu-server: Permission denied\n")

    guests = assemble(outputs_of("hv01") | {"guest_configs": denied}).facts["guests"]

    assert [guest["vmid"] for guest in guests] == [101, 102, 104, 9000]
    assert "macs" not in guests[0]


def test_nothing_readable_means_unknown_guests():
    denied = Output(2, "", "grep: /etc/pve/qemu-server: Permission denied\n")

    made = assemble(outputs_of("hv01") | {"guest_configs": denied, "guests": Output(255, "", "ipcc_send_rec failed\n")})

    assert "guests" not in made.facts
    assert made.missing["guests"] == "guests / guest_configs: ipcc_send_rec failed"


def test_running_guests_are_asked_for_their_addresses(hv01):
    probes = address_probes(running_vms(hv01.facts), running_containers(hv01.facts))

    assert [probe.command for probe in probes] == ["qm guest cmd 101 network-get-interfaces", "lxc-info -n 104 -iH"]


def test_live_addresses_are_those_of_the_guests_own_ports():
    made = assemble(outputs_of("hv01"))
    answer = """[
      {"name": "lo", "hardware-address": "00:00:00:00:00:00",
       "ip-addresses": [{"ip-address": "127.0.0.1", "ip-address-type": "ipv4"}]},
      {"name": "eth0", "hardware-address": "02:de:20:03:00:01",
       "ip-addresses": [{"ip-address": "10.20.99.31", "ip-address-type": "ipv4"},
                        {"ip-address": "fe80::1", "ip-address-type": "ipv6"}]},
      {"name": "docker0", "hardware-address": "02:42:00:00:00:01",
       "ip-addresses": [{"ip-address": "172.17.0.1", "ip-address-type": "ipv4"}]}]"""

    add_addresses(made, {"agent_101": Output(0, answer), "lxc_104": Output(0, "10.20.99.33\nfe80::2\n")})

    live = {guest["vmid"]: guest.get("live_ipv4") for guest in made.facts["guests"]}
    assert live == {101: ["10.20.99.31"], 102: None, 104: ["10.20.99.33"], 9000: None}


def test_a_silent_agent_leaves_its_addresses_unknown():
    made = assemble(outputs_of("hv01"))

    add_addresses(made, {"agent_101": Output(255, "", "QEMU guest agent is not running\n")})

    assert "live_ipv4" not in made.facts["guests"][0]
    assert made.missing["guests.101.live_ipv4"] == "QEMU guest agent is not running"


@pytest.mark.parametrize("probe", [probe.name for probe in PROBES])
def test_a_probe_that_did_not_run_costs_only_its_own_facts(probe):
    outputs = outputs_of("hv01")
    del outputs[probe]

    made = assemble(outputs)

    assert list(misfits(made.facts)) == []
    assert len(made.facts) >= 15 or probe == "dpkg_pve_manager"


def test_the_hypervisor_of_a_node_is_noted():
    outputs = {"detect_virt": Output(0, "qemu\n")}

    assert assemble(outputs).facts["cpu"]["hypervisor"] == "qemu"
