"""States to start from: a pristine standalone node as the installer leaves it, and a cluster of such nodes.

Source: "Pristine seed" of the recorded corpus.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fakes.pve.clock import Clock
from fakes.pve.corosync import new_cluster, write_corosync
from fakes.pve.datacenter import Datacenter
from fakes.pve.durations import INSTANT, Durations
from fakes.pve.node import Node, NodeFacts
from fakes.pve.schema import Schema
from fakes.pve.tables.apt import INSTALLED

STORAGE_CFG = """\
dir: local
\tpath /var/lib/vz
\tcontent iso,vztmpl,backup

lvmthin: local-lvm
\tthinpool data
\tvgname pve
\tcontent rootdir,images

"""


def standalone(
    facts: NodeFacts,
    *,
    clock: Clock | None = None,
    state: Path | None = None,
    schema: Schema | None = None,
    durations: Durations = INSTANT,
    root_password: str = "labctl-root",
) -> Datacenter:
    """A datacenter of one node without a cluster, pristine unless its state folder already holds one."""
    datacenter = Datacenter(
        [facts], clock=clock, state=state, schema=schema, durations=durations, root_password=root_password
    )
    install(datacenter, list(datacenter.nodes.values()))
    return datacenter


def cluster(
    name: str,
    nodes: Sequence[NodeFacts],
    *,
    clock: Clock | None = None,
    state: Path | None = None,
    schema: Schema | None = None,
    durations: Durations = INSTANT,
    root_password: str = "labctl-root",
) -> Datacenter:
    """A datacenter of several nodes that share /etc/pve; give each `Api` the node it stands for."""
    datacenter = Datacenter(
        nodes, clock=clock, state=state, schema=schema, durations=durations, root_password=root_password
    )
    install(datacenter, list(datacenter.nodes.values()))
    if not datacenter.is_cluster:
        write_corosync(datacenter.cfs, new_cluster(name, [(facts.name, facts.ip) for facts in nodes]))
        datacenter.flush()
    return datacenter


def install(datacenter: Datacenter, nodes: Sequence[Node]) -> None:
    """Write what the installer writes, where it is not there yet."""
    cfs = datacenter.cfs
    if "storage.cfg" not in cfs:
        cfs.write("storage.cfg", STORAGE_CFG)
    for node in nodes:
        _install_node(node)
    datacenter.flush()


def _install_node(node: Node) -> None:
    facts, files = node.facts, node.files
    if "etc/hostname" in files:
        return
    files.write("etc/hostname", f"{facts.name}\n")
    own_names = f"{facts.name}.{facts.domain} {facts.name}"
    files.write("etc/hosts", f"127.0.0.1 localhost.localdomain localhost\n{facts.ip} {own_names}\n")
    files.write("etc/resolv.conf", f"search {facts.domain}\nnameserver {facts.nameserver}\n")
    files.write("etc/timezone", f"{facts.timezone}\n")
    for path, text in INSTALLED.items():
        files.write(path, text)
    files.write(
        "etc/network/interfaces",
        "auto lo\niface lo inet loopback\n\n"
        f"iface {facts.uplink} inet manual\n\n"
        "auto vmbr0\niface vmbr0 inet static\n"
        f"\taddress {facts.ip}/{facts.prefix}\n\tgateway {facts.gateway}\n"
        f"\tbridge-ports {facts.uplink}\n\tbridge-stp off\n\tbridge-fd 0\n\n",
    )
