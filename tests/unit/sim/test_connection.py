"""The lab's objects on libvirt's own test driver: found by our mark, started, removed, and nobody else's touched."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.errors import LabError
from sim import connection
from sim.connection import Connection
from sim.nodefiles import NodeFiles
from sim.plan import plan_lab
from sim.xml import network_xml, node_xml, read_mark
from tests.unit.sim.sites import site

PLAN = plan_lab(site(), ["hv01"])
NETWORK = network_xml(PLAN.networks[0], site="test")
NODE = node_xml(PLAN.nodes[0], NodeFiles(Path("/lab"), Path("/vmlinuz")), site="test", accelerator="tcg")

HOST = """<node>
  <cpu><mhz>2800</mhz><model>i7</model><active>8</active><nodes>1</nodes><sockets>1</sockets><cores>8</cores>
  <threads>1</threads></cpu><memory>33554432</memory>
</node>
"""


@pytest.fixture
def libvirt(tmp_path: Path) -> Iterator[Connection]:
    try:
        connection.binding_version()
    except LabError:
        if os.environ.get("LABCTL_REQUIRE_SIM") == "1":
            raise
        pytest.skip("libvirt-python is not installed")
    (tmp_path / "host.xml").write_text(HOST)
    with connection.connect(f"test://{tmp_path}/host.xml") as opened:
        yield opened


def test_what_was_started_is_found_by_its_site(libvirt: Connection) -> None:
    libvirt.start_network(NETWORK)
    libvirt.start_node(NODE)

    assert [(item.name, item.is_running) for item in libvirt.networks("test")] == [("labctl-test-management", True)]
    assert [(item.mark.name, item.is_running) for item in libvirt.nodes("test")] == [("hv01", True)]


def test_another_site_s_objects_are_not_seen(libvirt: Connection) -> None:
    libvirt.start_network(NETWORK)

    assert libvirt.networks("dvntm") == ()


def test_a_removed_object_is_gone(libvirt: Connection) -> None:
    libvirt.start_network(NETWORK)
    libvirt.start_node(NODE)

    libvirt.remove_node("labctl-test-hv01")
    libvirt.remove_network("labctl-test-management")

    assert libvirt.nodes("test") == ()
    assert libvirt.networks("test") == ()


def test_an_object_that_is_switched_off_is_still_removed(libvirt: Connection) -> None:
    libvirt.start_node(NODE)
    libvirt._handle.lookupByName("labctl-test-hv01").destroy()

    assert not libvirt.is_node_running("labctl-test-hv01")
    libvirt.remove_node("labctl-test-hv01")

    assert libvirt.nodes("test") == ()


def test_a_node_that_is_off_is_started_from_its_new_definition(libvirt: Connection) -> None:
    libvirt.start_node(NODE)
    libvirt._handle.lookupByName("labctl-test-hv01").destroy()
    other = node_xml(PLAN.nodes[0], NodeFiles(Path("/new"), Path("/vmlinuz")), site="test", accelerator="tcg")

    libvirt.start_node(other)

    assert [item.mark for item in libvirt.nodes("test")] == [read_mark(other)]


def test_a_network_of_that_name_without_our_mark_is_somebody_else_s(libvirt: Connection) -> None:
    libvirt._handle.networkDefineXML("<network><name>labctl-test-management</name></network>")

    assert libvirt.foreign("labctl-test-management", kind="network")
    assert libvirt.networks("test") == ()


def test_our_own_network_is_not_foreign(libvirt: Connection) -> None:
    libvirt.start_network(NETWORK)

    assert not libvirt.foreign("labctl-test-management", kind="network")


def test_a_complaint_of_libvirt_names_the_daemon(libvirt: Connection, tmp_path: Path) -> None:
    with (
        pytest.raises(LabError, match=f"libvirt at test://{tmp_path}/host.xml: Domain not found"),
        connection.connect(f"test://{tmp_path}/host.xml") as opened,
    ):
        opened.remove_node("nowhere")


def test_a_daemon_that_does_not_answer_is_named(libvirt: Connection) -> None:
    with (
        pytest.raises(LabError, match="libvirt at qemu\\+unix:///system\\?socket=/nonexistent: "),
        connection.connect("qemu+unix:///system?socket=/nonexistent"),
    ):
        pass
