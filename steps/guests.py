"""Steps about guests: cloning, rebuilding, MACs, addresses, disks."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from pytest_bdd import given, parsers, then, when

from conformance.operations import GuestRef, Operations
from conformance.pytest_plugin import Lab
from fixtures.inventory import Host


@dataclass
class GuestStory:
    """The management VM that a scenario is about, and what was seen of it before."""

    host: Host | None = None
    node: str = ""
    guest: GuestRef | None = None
    addresses: tuple[str, ...] = ()
    noted: dict[str, tuple[GuestRef, ...]] = field(default_factory=dict)

    @property
    def mac(self) -> str:
        """The MAC that the inventory gives it."""
        assert self.host is not None
        assert self.host.primary is not None
        return self.host.primary.mac_key or ""


@pytest.fixture
def story() -> GuestStory:
    """What the steps of one scenario tell each other."""
    return GuestStory()


def operations(lab: Lab, node: str) -> Operations:
    """Automation's hands on a node."""
    return Operations(lab.target.api(node), node)


def _known(lab: Lab, story: GuestStory, name: str) -> Operations:
    story.host = lab.site.inventory.hosts[name]
    story.node = lab.node_of("management")
    return operations(lab, story.node)


@given(parsers.parse('management VM "{name}" runs on the management hypervisor with its inventory MAC'))
def runs_with_its_mac(lab: Lab, story: GuestStory, name: str) -> None:
    hands = _known(lab, story, name)
    story.guest = hands.find(name)
    assert hands.macs(story.guest) == (story.mac,)
    assert story.guest.vmid in hands.running()
    story.addresses = hands.addresses(story.guest, wait=lab.target.wait)


@given(parsers.parse('management VM "{name}" is gone'))
def is_gone(lab: Lab, story: GuestStory, name: str) -> None:
    hands = _known(lab, story, name)
    hands.destroy(hands.find(name))


@given(
    parsers.re(
        r'"(?P<name>[^"]+)" is cloned from the Fedora template on the (?P<role>management|tenant) hypervisor'
        r" without a MAC"
    )
)
def cloned_without_mac(lab: Lab, name: str, role: str) -> None:
    hands = operations(lab, lab.node_of(role))
    hands.start(hands.clone(name))


@given("the guests of every hypervisor are noted")
def guests_noted(lab: Lab, story: GuestStory) -> None:
    story.noted = {node: operations(lab, node).guests() for node in lab.site.nodes}


@when("it is cloned again from the Fedora template")
def cloned_again(lab: Lab, story: GuestStory) -> None:
    assert story.host is not None
    hands = operations(lab, story.node)
    story.guest = hands.clone(story.host.name, mac=story.mac)
    hands.start(story.guest)


@when("it is destroyed and cloned again from the Fedora template")
def rebuilt(lab: Lab, story: GuestStory) -> None:
    assert story.guest is not None
    operations(lab, story.node).destroy(story.guest)
    cloned_again(lab, story)


@when(parsers.parse('"{name}" is made as a linked clone of the Fedora template on the management hypervisor'))
def linked_clone(lab: Lab, story: GuestStory, name: str) -> None:
    story.node = lab.node_of("management")
    story.guest = operations(lab, story.node).clone(name, full=False)


@then("its MAC is the one in the inventory")
def has_inventory_mac(lab: Lab, story: GuestStory) -> None:
    assert story.guest is not None
    assert operations(lab, story.node).macs(story.guest) == (story.mac,)


@then("the core router leases it the same address as before")
def same_address(lab: Lab, story: GuestStory) -> None:
    assert story.guest is not None
    addresses = operations(lab, story.node).addresses(story.guest, wait=lab.target.wait)
    assert addresses == story.addresses
    assert lab.target.leases()[story.mac] in addresses


@then(parsers.parse('every disk of "{name}" lies on storage of the management hypervisor alone'))
def disks_are_local(lab: Lab, story: GuestStory, name: str) -> None:
    hands = operations(lab, story.node)
    disks = hands.disks(hands.find(name))
    assert disks
    local = {"dir", "lvm", "lvmthin", "zfspool", "btrfs"}
    storages = {row["storage"]: row for row in hands.api.nodes(story.node).storage.get()}
    wrong = [
        disk
        for disk in disks
        if storages[disk.split(":")[0]].get("shared") or storages[disk.split(":")[0]]["type"] not in local
    ]
    assert not wrong, wrong


@then("all guests of the management hypervisor still run")
def management_guests_run(lab: Lab) -> None:
    hands = operations(lab, lab.node_of("management"))
    assert hands.guests()
    assert {guest.vmid for guest in hands.guests()} == hands.running()


@then(parsers.re(r"the (?P<role>management|tenant) hypervisor has the guests it had"))
def guests_as_noted(lab: Lab, story: GuestStory, role: str) -> None:
    node = lab.node_of(role)
    assert operations(lab, node).guests() == story.noted[node]
