"""The definitions that are sent to libvirt, whole, and what changes in them when a fact changes."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from fixtures.hardware import HardwareProfile
from sim.emulator_options import Accelerator
from sim.nodefiles import NodeFiles
from sim.plan import LabPlan, plan_lab
from sim.xml import Mark, network_xml, node_xml, read_mark
from tests.unit.sim.golden import golden
from tests.unit.sim.sites import profile, sata_disk, site

FILES = NodeFiles(Path("/lab/nodes/hv01"), Path("/image/vmlinuz"))
QEMU = "{http://libvirt.org/schemas/domain/qemu/1.0}"


def plan_with(hardware: HardwareProfile) -> LabPlan:
    return plan_lab(site(profiles={"optiplex": hardware}), ["hv01"])


def node(hardware: HardwareProfile, accelerator: Accelerator = "tcg", *confined_by: str) -> ET.Element:
    plan = plan_with(hardware)
    xml = node_xml(plan.nodes[0], FILES, site="test", accelerator=accelerator, confined_by=confined_by)
    return ET.fromstring(xml)


def qemu_arguments(domain: ET.Element) -> list[str]:
    return [argument.attrib["value"] for argument in domain.findall(f"{QEMU}commandline/{QEMU}arg")]


def test_a_network_is_as_recorded() -> None:
    network = plan_lab(site(), ["hv01"]).networks[0]

    assert network_xml(network, site="test") == golden("management.xml")


@pytest.mark.parametrize("accelerator", ["tcg", "kvm"])
def test_a_node_is_as_recorded(accelerator: Accelerator) -> None:
    planned = plan_lab(site(), ["hv01"]).nodes[0]

    assert node_xml(planned, FILES, site="test", accelerator=accelerator) == golden(f"hv01-{accelerator}.xml")


def test_an_emulated_node_names_its_processor_and_bounds_the_translation_cache() -> None:
    domain = node(profile(), "tcg")

    assert domain.get("type") == "qemu"
    assert domain.findtext("cpu/model") == "Skylake-Client"
    assert domain.findtext("features/tcg/tb-cache") == "128"


def test_a_node_under_kvm_has_the_host_s_processor_under_the_profile_s_name() -> None:
    domain = node(profile(), "kvm")

    assert domain.get("type") == "kvm"
    assert domain.find("cpu[@mode='host-passthrough']/topology[@cores='4']") is not None
    assert any(value.startswith("driver=host-x86_64-cpu,property=model-id,") for value in qemu_arguments(domain))
    assert domain.find("features/tcg") is None


def test_a_sata_disk_is_attached_by_libvirt_with_the_model_of_the_profile() -> None:
    domain = node(profile(disks=(sata_disk(),)))

    target = domain.find("devices/disk/target")
    assert target is not None
    assert target.attrib == {"dev": "sda", "bus": "sata", "rotation_rate": "1"}
    assert domain.find(f".//{QEMU}property[@value='Samsung SSD 860 EVO 1TB']") is not None
    assert "root=/dev/sda " in (domain.findtext("os/cmdline") or "")


def test_a_rotating_disk_has_no_rate_of_a_solid_one() -> None:
    rotating = sata_disk().model_copy(update={"rotational": True})

    target = node(profile(disks=(rotating,))).find("devices/disk/target")

    assert target is not None
    assert "rotation_rate" not in target.attrib


def test_a_machine_without_vt_d_has_no_iommu() -> None:
    domain = node(profile(has_dmar_table=False))

    assert domain.find("devices/iommu") is None
    assert "intel_iommu" not in (domain.findtext("os/cmdline") or "")


def test_a_port_that_is_not_on_the_root_bus_is_placed_by_libvirt() -> None:
    port = profile().nics[0].model_copy(update={"pci_address": "0000:01:00.0"})

    assert node(profile(nics=(port,))).find("devices/interface/address") is None


def test_a_serial_number_has_at_most_twenty_characters() -> None:
    disk = sata_disk().model_copy(update={"serial_prefix": "S3Z8NB0K123456789"})

    assert node(profile(disks=(disk,))).findtext("devices/disk/serial") == "S3Z8NB0K123456789SIM"


def test_a_comma_in_a_path_does_not_end_the_option() -> None:
    planned = plan_with(profile()).nodes[0]
    files = NodeFiles(Path("/a,b"), Path("/image/vmlinuz"))

    domain = ET.fromstring(node_xml(planned, files, site="test", accelerator="tcg"))

    assert "file=/a,,b/smbios-chassis.bin" in qemu_arguments(domain)


def test_a_confining_security_model_is_switched_off_for_the_node() -> None:
    domain = node(profile(), "tcg", "apparmor", "dac")

    assert domain.find("seclabel[@model='apparmor'][@type='none']") is not None
    assert len(domain.findall("seclabel[@model='dac']")) == 1


def test_a_bios_date_may_be_written_year_first() -> None:
    system = profile().system
    bios = system.bios.model_copy(update={"date": "2023-09-11"})

    domain = node(profile(system=system.model_copy(update={"bios": bios})))

    assert domain.findtext("sysinfo/bios/entry[@name='date']") == "09/11/2023"


def test_a_segment_without_dhcp_hands_out_nothing() -> None:
    inventory = site().inventory
    vlan = inventory.vlans["management"].model_copy(update={"dhcp_range_start": None})
    bare = inventory.model_copy(update={"hosts": {}, "vlans": {"management": vlan}})

    network = ET.fromstring(network_xml(plan_lab(site(inventory=bare), ["hv01"]).networks[0], site="test"))

    assert network.find("ip/dhcp") is None
    assert network.find("dns") is None


def test_a_definition_says_whose_it_is() -> None:
    mark = read_mark(network_xml(plan_lab(site()).networks[0], site="test"))

    assert mark is not None
    assert (mark.site, mark.kind, mark.name) == ("test", "network", "management")


def test_another_fact_makes_another_definition() -> None:
    first = read_mark(node_xml(plan_with(profile()).nodes[0], FILES, site="test", accelerator="tcg"))
    second = read_mark(node_xml(plan_with(profile()).nodes[0], FILES, site="test", accelerator="kvm"))

    assert first is not None
    assert second is not None
    assert first.definition != second.definition


@pytest.mark.parametrize("metadata", ["", "<metadata/>", "<metadata><other xmlns='urn:other'/></metadata>"])
def test_a_definition_without_our_mark_is_not_ours(metadata: str) -> None:
    assert read_mark(f"<domain>{metadata}</domain>") is None


def test_a_mark_of_a_kind_that_does_not_exist_is_not_ours() -> None:
    xml = "<domain><metadata><l:lab xmlns:l='urn:labctl:sim:1' site='a' kind='planet' name='b'/></metadata></domain>"

    assert read_mark(xml) is None


def test_a_mark_is_read_as_it_was_written() -> None:
    xml = (
        "<domain><metadata><l:lab xmlns:l='urn:labctl:sim:1' site='dvntm' kind='node' name='hv01' definition='ab'/>"
        "</metadata></domain>"
    )

    assert read_mark(xml) == Mark("dvntm", "node", "hv01", "ab")
