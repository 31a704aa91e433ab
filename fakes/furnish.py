"""A lab as its pages describe it: the template on each node, the management guests of the inventory, a few tenants.

Everything is made through the API, as the lab's automation would, so that logs, tasks and files are what they would be.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from fakes.client import LocalClient
from fakes.lab import FakeLab, LabNode
from fixtures.inventory import Host

TEMPLATE_VMID = 9000
TEMPLATE_NAME = "fedora-server-43-1.6"
FIRST_VMID = 101
TENANT_GUESTS = ("iot-backend", "sandbox-one")
MARKER = "etc/ansible/facts.d/deevnet.fact"


def furnish(lab: FakeLab) -> None:
    """Fill every node of a pristine lab."""
    for node in lab.nodes.values():
        client = LocalClient(node.api)
        node.api.node.files.write(MARKER, '{"collection": "deevnet.builder"}\n')
        lab.token_secrets[node.spec.name] = _automation_account(client, lab.automation_token)
        _template(client, node)
        if node.spec.role == "management":
            for vmid, host in enumerate(management_guests(lab), FIRST_VMID):
                _management_guest(client, node, vmid, host)
        else:
            for vmid, name in enumerate(TENANT_GUESTS, FIRST_VMID):
                _clone(client, node, vmid, name, tags="tenant")
                client.task("POST", f"/nodes/{node.spec.name}/qemu/{vmid}/status/start")


def management_guests(lab: FakeLab) -> Iterator[Host]:
    """The management guests of a lab's inventory, in its order."""
    return (host for host in lab.site.inventory.hosts.values() if is_management_guest(host))


def is_management_guest(host: Host) -> bool:
    """True for a virtual machine on the management segment."""
    return host.form == "vm" and host.primary is not None and host.primary.segment == "management"


def _automation_account(client: LocalClient, token: str) -> str:
    """Make the automation's user and token; returns the token's secret."""
    user, _, name = token.partition("!")
    client.post("/access/users", userid=user, comment="automation")
    made = client.post(f"/access/users/{user}/token/{name}", privsep=0)
    client.put("/access/acl", path="/", users=user, roles="Administrator")
    return str(made["value"])


def _template(client: LocalClient, node: LabNode) -> None:
    built = datetime.fromtimestamp(node.machine.clock.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    guests = f"/nodes/{node.spec.name}/qemu"
    client.task(
        "POST",
        guests,
        vmid=TEMPLATE_VMID,
        name=TEMPLATE_NAME,
        description=f"Fedora Server 43-1.6, generated on {built}",
        ostype="l26",
        cores=2,
        memory=2048,
        agent=1,
        scsihw="virtio-scsi-single",
        scsi0="local-lvm:16",
        ide2="local-lvm:cloudinit",
        net0="virtio,bridge=vmbr0",
        boot="order=scsi0",
    )
    client.task("POST", f"{guests}/{TEMPLATE_VMID}/template")


def _clone(client: LocalClient, node: LabNode, vmid: int, name: str, **config: object) -> None:
    guests = f"/nodes/{node.spec.name}/qemu"
    client.task("POST", f"{guests}/{TEMPLATE_VMID}/clone", newid=vmid, name=name, full=1)
    client.put(f"{guests}/{vmid}/config", ipconfig0="ip=dhcp", **config)


def _management_guest(client: LocalClient, node: LabNode, vmid: int, host: Host) -> None:
    interface = host.primary
    assert interface is not None
    net = f"virtio={(interface.mac_key or '').upper()},bridge=vmbr0"
    _clone(client, node, vmid, host.name, net0=net, tags="mgmt", onboot=1)
    client.task("POST", f"/nodes/{node.spec.name}/qemu/{vmid}/status/start")
