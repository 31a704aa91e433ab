"""corosync.conf: the members of a cluster and the rings they talk over.

Read loosely and written as Proxmox writes it; `config_version` grows with every change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from fakes.pve.cfs import Tree
from fakes.pve.datacenter import COROSYNC

AUTHKEY = "priv/corosync.authkey"


@dataclass(frozen=True, slots=True)
class Member:
    """One node of a cluster; `links` are its addresses by ring number."""

    name: str
    nodeid: int
    votes: int = 1
    links: Mapping[int, str] = field(default_factory=dict)

    def shown(self) -> dict[str, str]:
        """The member as corosync.conf has it."""
        rings = {f"ring{number}_addr": address for number, address in sorted(self.links.items())}
        return {"name": self.name, "nodeid": str(self.nodeid), "quorum_votes": str(self.votes), **rings}


@dataclass(frozen=True, slots=True)
class Corosync:
    """A whole corosync.conf."""

    name: str
    version: int = 1
    members: tuple[Member, ...] = ()

    def member(self, name: str) -> Member | None:
        return next((member for member in self.members if member.name == name), None)

    @property
    def quorum(self) -> int:
        """How many votes are needed."""
        return sum(member.votes for member in self.members) // 2 + 1

    def totem(self) -> dict[str, object]:
        """The totem section as the API shows it."""
        rings = {number for member in self.members for number in member.links} or {0}
        return {
            "cluster_name": self.name,
            "config_version": str(self.version),
            "interface": {str(number): {"linknumber": str(number)} for number in sorted(rings)},
            "ip_version": "ipv4-6",
            "link_mode": "passive",
            "secauth": "on",
            "version": "2",
        }

    def with_member(self, member: Member) -> Corosync:
        """The same cluster with one node more, or another one of that name."""
        others = tuple(one for one in self.members if one.name != member.name)
        return replace(self, version=self.version + 1, members=(*others, member))

    def without(self, name: str) -> Corosync:
        return replace(
            self, version=self.version + 1, members=tuple(member for member in self.members if member.name != name)
        )

    def free_nodeid(self) -> int:
        taken = {member.nodeid for member in self.members}
        return next(number for number in range(1, len(taken) + 2) if number not in taken)


def read_corosync(cfs: Tree) -> Corosync | None:
    """The cluster of a datacenter, None outside one."""
    return cfs.parsed(COROSYNC, parse_corosync) if COROSYNC in cfs else None


def write_corosync(cfs: Tree, cluster: Corosync) -> None:
    cfs.write(COROSYNC, format_corosync(cluster))


def new_cluster(name: str, nodes: Iterable[tuple[str, str]]) -> Corosync:
    """A cluster of nodes given as name and address, with one link."""
    members = tuple(Member(node, number, 1, {0: address}) for number, (node, address) in enumerate(nodes, 1))
    return Corosync(name, max(1, len(members)), members)


def parse_corosync(text: str) -> Corosync:
    """The cluster in the text of a corosync.conf."""
    members = []
    for block in re.findall(r"\bnode\s*\{([^}]*)\}", text):
        pairs = dict(re.findall(r"^\s*(\w+):\s*(\S+)", block, re.MULTILINE))
        links = {int(key[4:-5]): value for key, value in pairs.items() if re.fullmatch(r"ring\d_addr", key)}
        if "name" in pairs:
            number, votes = int(pairs.get("nodeid", 0)), int(pairs.get("quorum_votes", 1))
            members.append(Member(pairs["name"], number, votes, links))
    name = re.search(r"cluster_name:\s*(\S+)", text)
    version = re.search(r"config_version:\s*(\d+)", text)
    return Corosync(name[1] if name else "", int(version[1]) if version else 1, tuple(members))


def format_corosync(cluster: Corosync) -> str:
    """The text of a corosync.conf."""
    nodes = "".join(
        "  node {\n" + "".join(f"    {key}: {value}\n" for key, value in member.shown().items()) + "  }\n\n"
        for member in sorted(cluster.members, key=lambda one: one.name)
    )
    rings = sorted({number for member in cluster.members for number in member.links} or {0})
    interfaces = "".join(f"  interface {{\n    linknumber: {number}\n  }}\n" for number in rings)
    return (
        "logging {\n  debug: off\n  to_syslog: yes\n}\n\n"
        f"nodelist {{\n{nodes.rstrip()}\n}}\n\n"
        "quorum {\n  provider: corosync_votequorum\n}\n\n"
        f"totem {{\n  cluster_name: {cluster.name}\n  config_version: {cluster.version}\n{interfaces}"
        "  ip_version: ipv4-6\n  link_mode: passive\n  secauth: on\n  version: 2\n}\n\n"
    )
