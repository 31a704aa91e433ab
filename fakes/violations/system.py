"""Nodes whose system, identity, services or storage are not what the pages say."""

from __future__ import annotations

from fakes.client import LocalClient
from fakes.furnish import MARKER
from fakes.host.files import Generated
from fakes.lab import FakeLab, LabNode
from fakes.violations.registry import violation
from fixtures.errors import ConfigError, Problem


@violation("a clock seven minutes off")
def wrong_clock(lab: FakeLab, node: LabNode) -> None:
    node.machine.clock_offset_s = 412.0
    node.machine.is_ntp_synchronised = False


@violation("the other node's board")
def same_board(lab: FakeLab, node: LabNode) -> None:
    for other in lab.nodes.values():
        if other is not node:
            node.machine.product_uuid = other.machine.product_uuid


@violation("the other node's disk image")
def same_image(lab: FakeLab, node: LabNode) -> None:
    for other in lab.nodes.values():
        if other is not node:
            node.machine.machine_id = other.machine.machine_id


@violation("no power")
def no_power(lab: FakeLab, node: LabNode) -> None:
    lab.switch_off(node.spec.name)


@violation("plain Debian instead of Proxmox VE")
def plain_debian(lab: FakeLab, node: LabNode) -> None:
    lab.strip_proxmox(node.spec.name)


@violation("an upgrade to 8.4.14")
def other_version(lab: FakeLab, node: LabNode) -> None:
    node.machine.packages["pve-manager"] = "8.4.14"


@violation("Debian 11 underneath")
def old_debian(lab: FakeLab, node: LabNode) -> None:
    node.machine.debian = ("11", "bullseye")


@violation("the installer's host name")
def installer_name(lab: FakeLab, node: LabNode) -> None:
    node.machine.own.write("etc/hostname", "pve\n")


@violation("a MAC the inventory does not know")
def other_mac(lab: FakeLab, node: LabNode) -> None:
    node.machine.mac = "d8:9e:f3:00:00:99"


@violation("another address")
def other_address(lab: FakeLab, node: LabNode) -> None:
    _interfaces(node, f"address {node.spec.ip}/", "address 192.168.10.21/")


@violation("another gateway")
def other_gateway(lab: FakeLab, node: LabNode) -> None:
    _interfaces(node, f"gateway {lab.site.gateway}", "gateway 10.20.99.254")


def _interfaces(node: LabNode, old: str, new: str) -> None:
    path = "etc/network/interfaces"
    text = node.machine.own.read(path) or ""
    if old not in text:
        raise ConfigError(Problem(path, f"does not contain {old!r}"))
    node.machine.own.write(path, text.replace(old, new))


@violation("a left-over corosync.conf")
def left_over_corosync(lab: FakeLab, node: LabNode) -> None:
    node.machine.own.write("etc/corosync/corosync.conf", "totem {\n  version: 2\n}\n")


@violation("a running corosync")
def running_corosync(lab: FakeLab, node: LabNode) -> None:
    node.machine.services.add("corosync")


@violation("a dead pveproxy")
def dead_pveproxy(lab: FakeLab, node: LabNode) -> None:
    node.machine.services.discard("pveproxy")
    node.machine.listeners.pop(8006, None)


@violation("a DHCP server of its own")
def own_dhcp(lab: FakeLab, node: LabNode) -> None:
    node.machine.services.add("dnsmasq")
    node.machine.listeners[53] = "dnsmasq"


@violation("masquerading")
def masquerading(lab: FakeLab, node: LabNode) -> None:
    node.machine.nft_masquerade = "vmbr0"


@violation("a terraform binary")
def terraform_binary(lab: FakeLab, node: LabNode) -> None:
    node.machine.extra["/usr/local/bin/terraform"] = Generated(lambda: "")


@violation("the marker of another collection")
def other_collection(lab: FakeLab, node: LabNode) -> None:
    node.machine.own.write(MARKER, '{"collection": "other.builder"}\n')


@violation("an NFS storage")
def nfs_storage(lab: FakeLab, node: LabNode) -> None:
    cfs = node.api.datacenter.cfs
    text = cfs.read("storage.cfg") or ""
    cfs.write(
        "storage.cfg",
        f"{text}nfs: nas\n\tpath /mnt/pve/nas\n\tserver 10.20.20.5\n\texport /srv/vm\n\tcontent images\n\n",
    )


@violation("an HA resource")
def ha_resource(lab: FakeLab, node: LabNode) -> None:
    LocalClient(node.api).post("/cluster/ha/resources", sid="vm:101", state="ignored")


@violation("a revoked API token")
def revoked_token(lab: FakeLab, node: LabNode) -> None:
    user, _, token = lab.automation_token.partition("!")
    LocalClient(node.api).delete(f"/access/users/{user}/token/{token}")
