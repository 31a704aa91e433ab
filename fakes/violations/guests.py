"""Guests and templates that break their node's rules."""

from __future__ import annotations

from typing import Any

from fakes.client import LocalClient
from fakes.furnish import TEMPLATE_VMID
from fakes.lab import FakeLab, LabNode
from fakes.violations.registry import violation
from fakes.violations.system import nfs_storage


def _guest(node: LabNode, vmid: int, **config: Any) -> None:
    LocalClient(node.api).put(f"/nodes/{node.spec.name}/qemu/{vmid}/config", **config)


@violation("a tenant guest")
def tenant_guest(lab: FakeLab, node: LabNode) -> None:
    _guest(node, 101, tags="tenant")


@violation("a management guest")
def management_guest(lab: FakeLab, node: LabNode) -> None:
    _guest(node, 101, tags="mgmt")


@violation("a DNS guest")
def dns_guest(lab: FakeLab, node: LabNode) -> None:
    _guest(node, 101, tags="mgmt;dns")


@violation("a guest made by Terraform")
def terraform_guest(lab: FakeLab, node: LabNode) -> None:
    _guest(node, 101, tags="mgmt;terraform")


@violation("a guest with an invented MAC")
def invented_mac(lab: FakeLab, node: LabNode) -> None:
    _guest(node, 101, net1="virtio,bridge=vmbr0")


@violation("a guest with an unknown MAC")
def unknown_mac(lab: FakeLab, node: LabNode) -> None:
    _guest(node, 101, net1="virtio=02:DE:20:99:99:99,bridge=vmbr0")


@violation("two guests with swapped MACs")
def swapped_macs(lab: FakeLab, node: LabNode) -> None:
    client = LocalClient(node.api)
    guests = f"/nodes/{node.spec.name}/qemu"
    first, second = (client.get(f"{guests}/{vmid}/config")["net0"] for vmid in (101, 102))
    for vmid, net in ((101, second), (102, first)):
        client.task("POST", f"{guests}/{vmid}/status/stop")
        _guest(node, vmid, net0=net)
        client.task("POST", f"{guests}/{vmid}/status/start")


@violation("a MAC of the other node's guest")
def copied_mac(lab: FakeLab, node: LabNode) -> None:
    other = next(one for one in lab.nodes.values() if one is not node)
    net = LocalClient(other.api).get(f"/nodes/{other.spec.name}/qemu/101/config")["net0"]
    _guest(node, 101, net0=net)


@violation("a guest with a fixed address")
def fixed_address(lab: FakeLab, node: LabNode) -> None:
    _guest(node, 101, ipconfig0="ip=10.20.99.31/24,gw=10.20.99.1")


@violation("a guest that stays off after a power cut")
def not_onboot(lab: FakeLab, node: LabNode) -> None:
    _guest(node, 101, delete="onboot")


@violation("a guest on an address from the pool")
def pool_address(lab: FakeLab, node: LabNode) -> None:
    lab.router.forget_reservations()
    client = LocalClient(node.api)
    path = f"/nodes/{node.spec.name}/qemu/101/status"
    client.task("POST", f"{path}/stop")
    client.task("POST", f"{path}/start")


@violation("a guest installed from an ISO")
def iso_guest(lab: FakeLab, node: LabNode) -> None:
    client = LocalClient(node.api)
    vmid = int(client.get("/cluster/nextid"))
    client.task(
        "POST",
        f"/nodes/{node.spec.name}/qemu",
        vmid=vmid,
        name="by-hand",
        scsi0="local-lvm:4",
        ide2="none,media=cdrom",
        onboot=1,
    )


@violation("no template")
def no_template(lab: FakeLab, node: LabNode) -> None:
    LocalClient(node.api).task("DELETE", f"/nodes/{node.spec.name}/qemu/{TEMPLATE_VMID}")


@violation("a template without provenance")
def no_provenance(lab: FakeLab, node: LabNode) -> None:
    _guest(node, TEMPLATE_VMID, delete="description")


@violation("a template without agent")
def no_agent(lab: FakeLab, node: LabNode) -> None:
    _guest(node, TEMPLATE_VMID, agent=0)


@violation("a template without Python")
def no_python(lab: FakeLab, node: LabNode) -> None:
    lab.image_packages.discard("python3")


@violation("a template on shared storage")
def shared_template(lab: FakeLab, node: LabNode) -> None:
    nfs_storage(lab, node)
    cfs = node.api.datacenter.cfs
    path = f"nodes/{node.spec.name}/qemu-server/{TEMPLATE_VMID}.conf"
    text = cfs.read(path) or ""
    cfs.write(path, text.replace(f"local-lvm:base-{TEMPLATE_VMID}", f"nas:{TEMPLATE_VMID}/base-{TEMPLATE_VMID}"))
