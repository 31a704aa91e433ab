"""Ways in which a lab may break its pages, each a change to a simulated lab that a collection must notice.

`plant(lab, node, what)` makes one; the names are what a person would call it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakes.client import LocalClient
from fakes.furnish import MARKER, TEMPLATE_VMID
from fakes.host.files import Generated
from fakes.lab import FakeLab, LabNode
from fixtures.errors import ConfigError, Problem
from fixtures.hardware import HardwareProfile

GIB_MIB = 1024
Plant = Callable[[FakeLab, LabNode], None]
VIOLATIONS: dict[str, Plant] = {}


def plant(lab: FakeLab, node: str, what: str) -> None:
    """Break a node of a lab in a named way; ConfigError lists the names where there is none such."""
    if what not in VIOLATIONS:
        raise ConfigError(Problem("violation", f"no violation {what!r}", f"known: {', '.join(sorted(VIOLATIONS))}"))
    VIOLATIONS[what](lab, lab.nodes[node])


def violation(name: str) -> Callable[[Plant], Plant]:
    """Register a way to break a lab."""

    def register(change: Plant) -> Plant:
        VIOLATIONS[name] = change
        return change

    return register


def _hardware(name: str, change: Callable[[HardwareProfile], HardwareProfile]) -> None:
    """Register a violation that swaps a part of the machine."""

    @violation(name)
    def swap(lab: FakeLab, node: LabNode) -> None:
        del lab
        node.machine.profile = change(node.machine.profile)

    del swap


def _of(part: str, **values: Any) -> Callable[[HardwareProfile], HardwareProfile]:
    return lambda profile: profile.model_copy(update={part: getattr(profile, part).model_copy(update=values)})


def _each(part: str, **values: Any) -> Callable[[HardwareProfile], HardwareProfile]:
    return lambda profile: profile.model_copy(
        update={part: tuple(one.model_copy(update=values) for one in getattr(profile, part))}
    )


def _modules(total_kib: int | None = None, **values: Any) -> Callable[[HardwareProfile], HardwareProfile]:
    def change(profile: HardwareProfile) -> HardwareProfile:
        devices = tuple(device.model_copy(update=values) for device in profile.memory.devices)
        memory = profile.memory.model_copy(
            update={"devices": devices, "memtotal_kib": total_kib or profile.memory.memtotal_kib}
        )
        return profile.model_copy(update={"memory": memory})

    return change


def _flags_without(flag: str) -> Callable[[HardwareProfile], HardwareProfile]:
    return lambda profile: _of("cpu", flags=tuple(one for one in profile.cpu.flags if one != flag))(profile)


_hardware("an OptiPlex 7040 instead", _of("system", product="OptiPlex 7040"))
_hardware("an i7-6700 without the T", _of("cpu", model_name="Intel(R) Core(TM) i7-6700 CPU @ 3.40GHz"))
_hardware("hyper-threading off", _of("cpu", threads=4))
_hardware("turbo off", _of("cpu", max_khz=2_800_000))
_hardware("64 GB of memory", _modules(65_536_000, size_mib=32 * GIB_MIB))
_hardware("16 GB of memory", _modules(16_000_000, size_mib=8 * GIB_MIB))
_hardware("DDR3 memory", _modules(type="DDR3"))
_hardware("full-size DIMMs", _modules(form_factor="DIMM"))
_hardware("a 2 TB SSD", _each("disks", size_bytes=2_000_398_934_016))
_hardware("a 960 GB SSD", _each("disks", size_bytes=960_197_124_096))
_hardware("a hard disk", _each("disks", rotational=True, transport="sata", name="sda"))
_hardware("a USB disk only", _each("disks", transport="usb", removable=True))
_hardware("an I219-V network card", _each("nics", pci_device="15b8"))
_hardware("VT-d off", lambda profile: profile.model_copy(update={"has_dmar_table": False}))
_hardware("VT-x off", _flags_without("vmx"))


@violation("a 100 Mb/s link")
def slow_link(lab: FakeLab, node: LabNode) -> None:
    node.machine.uplink_state["speed"] = "100"


@violation("an unplugged cable")
def no_link(lab: FakeLab, node: LabNode) -> None:
    node.machine.uplink_state["carrier"] = "0"


@violation("no kvm device")
def no_kvm(lab: FakeLab, node: LabNode) -> None:
    node.machine.is_kvm_usable = False


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


@violation("a revoked API token")
def revoked_token(lab: FakeLab, node: LabNode) -> None:
    user, _, token = lab.automation_token.partition("!")
    LocalClient(node.api).delete(f"/access/users/{user}/token/{token}")
