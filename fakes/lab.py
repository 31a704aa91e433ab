"""A whole site in memory: every node with its own API and simulated machine, and the core router between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from fakes.host.machine import Machine
from fakes.pve.clock import Clock, VirtualClock
from fakes.pve.datacenter import pass_time
from fakes.pve.dispatch import Api, DroppedError
from fakes.pve.durations import INSTANT, Durations
from fakes.pve.http import Reply, Request
from fakes.pve.hypervisor import MemoryHypervisor, use_hypervisor
from fakes.pve.node import NodeFacts
from fakes.pve.schema import Schema
from fakes.pve.seed import standalone
from fakes.router import CoreRouter
from fixtures.errors import ConfigError
from fixtures.hardware import HardwareProfile, dell_uuid
from fixtures.site import NodeSpec, Site

ROOT_PASSWORD = "simulated-lab"
AUTOMATION_TOKEN = "ansible@pve!mgmt"
GIB = 1024**3
# What the installer takes from a disk before the thin pool: swap, root volume, metadata and reserve.
RESERVED_BYTES = 120 * GIB


class FrontDoor(Api):
    """A node's API as the network reaches it: only while the machine is on and its web server runs."""

    def __init__(self, api: Api, machine: Machine) -> None:
        super().__init__(api.datacenter, api.node.name, auth_delay_s=api.auth_delay_s)
        self._machine = machine

    def handle(self, request: Request) -> Reply:
        if not self._machine.answers_https:
            raise DroppedError(hangs=False)
        return super().handle(request)


@dataclass(frozen=True)
class LabNode:
    """One simulated node: what it is declared as, its API (`front` as seen from outside) and its machine."""

    spec: NodeSpec
    api: Api
    front: FrontDoor
    machine: Machine


class FakeLab:
    """All nodes of a site, each an independent standalone Proxmox VE, pristine as installed.

    `state` keeps every node's files below ``<state>/<node>``.
    """

    def __init__(
        self,
        site: Site,
        *,
        clock: Clock | None = None,
        state: Path | None = None,
        schema: Schema | None = None,
        durations: Durations = INSTANT,
        root_password: str = ROOT_PASSWORD,
        guests: Literal["linux", "empty"] = "linux",
    ) -> None:
        self._guests: Literal["linux", "empty"] = guests
        self.site = site
        self.clock: Clock = clock or VirtualClock()
        self.root_password = root_password
        self.router = CoreRouter(site.inventory)
        self.nodes: Mapping[str, LabNode] = {
            name: self._node(spec, state / name if state else None, schema, durations)
            for name, spec in site.nodes.items()
            if spec.declared
        }
        self.automation_token = AUTOMATION_TOKEN
        #: Secret of the automation's token by node, once the lab is furnished.
        self.token_secrets: dict[str, str] = {}
        #: What a guest made from the template has on board.
        self.image_packages: set[str] = {"openssh-server", "python3", "sudo"}

    def advance(self, seconds: float) -> None:
        """Let time pass on all nodes."""
        pass_time(self.clock, [node.api.node for node in self.nodes.values()], seconds)

    def switch_off(self, name: str) -> None:
        """Cut a node's power: nothing answers there any more."""
        self.nodes[name].machine.is_reachable = False

    def switch_on(self, name: str) -> None:
        """Give a node its power back."""
        self.nodes[name].machine.is_reachable = True
        node = self.nodes[name].api.node
        if not node.is_online:
            node.boot()

    def strip_proxmox(self, name: str) -> None:
        """Leave plain Debian on a node."""
        self.nodes[name].machine.remove_proxmox()

    def _node(self, spec: NodeSpec, state: Path | None, schema: Schema | None, durations: Durations) -> LabNode:
        profile = self.site.profile_of(spec.name)
        datacenter = standalone(
            node_facts(self.site, spec, profile),
            clock=self.clock,
            state=state,
            schema=schema,
            durations=durations,
            root_password=self.root_password,
        )
        use_hypervisor(datacenter, MemoryHypervisor(datacenter, guests=self._guests, leases=self.router.lease))
        api = Api(datacenter, spec.name)
        machine = Machine(
            name=spec.name,
            domain=self.site.domain,
            profile=profile,
            own=api.node.files,
            mac=spec.mac or "",
            product_uuid=dell_uuid(spec.service_tag) if spec.service_tag else "",
            clock=self.clock,
            api=api,
        )
        return LabNode(spec, api, FrontDoor(api, machine), machine)


def node_facts(site: Site, spec: NodeSpec, profile: HardwareProfile) -> NodeFacts:
    """The facts of a node as its profile and the site declare it; ConfigError where it has no address."""
    if spec.ip is None:
        raise ConfigError(f"site {site.name}: node {spec.name} has no address in the inventory")
    segment = site.inventory.segment_of(spec.ip)
    subnet = segment.network if segment and segment.network else ip_network(f"{spec.ip}/24", strict=False)
    disk = profile.disks[0]
    thin = max(disk.size_bytes - RESERVED_BYTES, disk.size_bytes // 2) // (4 * 1024**2) * (4 * 1024**2)
    return NodeFacts(
        name=spec.name,
        ip=spec.ip,
        prefix=subnet.prefixlen,
        gateway=site.gateway or "",
        domain=site.domain,
        nameserver=site.gateway or "",
        timezone="Etc/UTC",
        uplink=profile.nics[0].name,
        cpu_model=profile.cpu.model_name,
        cpu_flags=" ".join(profile.cpu.flags),
        cpu_mhz=f"{profile.cpu.base_khz / 1000:.3f}",
        sockets=profile.cpu.sockets,
        cores=profile.cpu.cores,
        threads=profile.cpu.threads,
        memory_bytes=profile.memory.memtotal_kib * 1024,
        disks=tuple(
            {
                "devpath": f"/dev/{one.name}",
                "model": one.model,
                "serial": f"{one.serial_prefix}{spec.name.upper()}",
                "size": one.size_bytes,
                "type": "hdd" if one.rotational else "nvme" if one.transport == "nvme" else "ssd",
            }
            for one in profile.disks
        ),
        pci=tuple(
            {
                "id": one.address,
                "class": f"0x{one.class_id}",
                "vendor": f"0x{one.vendor}",
                "device": f"0x{one.device}",
                "vendor_name": one.vendor_name,
                "device_name": one.device_name,
                "iommugroup": one.iommu_group if profile.has_dmar_table else -1,
            }
            for one in profile.pci
        ),
        thin_pools={"pve/data": thin},
        volume_groups={"pve": disk.size_bytes},
    )
