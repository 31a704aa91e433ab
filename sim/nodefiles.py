"""What lies on disk for one simulated node: where (paths) and what it is told about itself (identity files); pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sim.plan import NetworkPlan, NodePlan

BRIDGE = "vmbr0"


@dataclass(frozen=True)
class NodeFiles:
    """The files of a node below its own folder, and the kernel it shares with the others."""

    folder: Path
    kernel: Path

    @property
    def ramdisk(self) -> Path:
        """The shared ramdisk with the node's identity added."""
        return self.folder / "initrd"

    @property
    def console(self) -> Path:
        """Everything the node wrote to its serial port since it was started."""
        return self.folder / "console.log"

    @property
    def chassis(self) -> Path:
        """The SMBIOS type 3 structure."""
        return self.folder / "smbios-chassis.bin"

    def memory_device(self, number: int) -> Path:
        """The SMBIOS type 17 structure of a slot, counted from 0."""
        return self.folder / f"smbios-memory-{number}.bin"

    def disk(self, name: str) -> Path:
        """The disk of that device name, a qcow2 file."""
        return self.folder / f"{name}.qcow2"


@dataclass(frozen=True)
class KeyPair:
    """An SSH key; `private` in OpenSSH's format, `public` one line."""

    private: str
    public: str


def identity_files(node: NodePlan, network: NetworkPlan, *, client: str, host: KeyPair) -> dict[str, tuple[int, bytes]]:
    """The files that make an image this node: path to (permissions, content).

    `client` is the public key that may log in as root, `host` the node's own key. The address comes by DHCP on a bridge
    `vmbr0` with the port's MAC, as on a Proxmox node.
    """
    texts = {
        "/etc/hostname": f"{node.name}\n",
        "/etc/hosts": f"127.0.0.1 localhost\n127.0.1.1 {node.name}.{network.domain} {node.name}\n",
        "/etc/machine-id": f"{node.uuid.hex}\n",
        "/etc/resolv.conf": f"search {network.domain}\nnameserver {network.gateway}\n",
        "/etc/ssh/ssh_host_ed25519_key.pub": f"{host.public}\n",
        "/etc/systemd/network/10-uplink.network": (
            # The bridge has the same MAC, so the port is told by the one that its hardware has.
            f"[Match]\nPermanentMACAddress={node.mac}\n\n[Network]\nBridge={BRIDGE}\nLinkLocalAddressing=no\n"
        ),
        f"/etc/systemd/network/20-{BRIDGE}.netdev": (
            f"[NetDev]\nName={BRIDGE}\nKind=bridge\nMACAddress={node.mac}\n\n[Bridge]\nSTP=no\nForwardDelaySec=0\n"
        ),
        f"/etc/systemd/network/20-{BRIDGE}.network": (
            f"[Match]\nName={BRIDGE}\n\n[Network]\nDHCP=ipv4\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n\n"
            "[DHCPv4]\nClientIdentifier=mac\nUseHostname=no\n"
        ),
    }
    secrets = {
        "/root/.ssh/authorized_keys": f"{client}\n",
        "/etc/ssh/ssh_host_ed25519_key": host.private,
    }
    return {path: (0o644, text.encode()) for path, text in texts.items()} | {
        path: (0o600, text.encode()) for path, text in secrets.items()
    }
