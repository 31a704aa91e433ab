"""The lab that both servers of a comparison get: the same guests, the same token, the same certificate."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import trustme

TOKEN = "root@pam!bench"
SECRET = "12345678-1234-1234-1234-123456789abc"
HEADER = f"Authorization: PVEAPIToken={TOKEN}={SECRET}"
SOURCE = 100


def config(vmid: int) -> dict[str, str | int]:
    """The configuration of a guest."""
    return {
        "cores": 2,
        "memory": 2048,
        "net0": f"virtio=BC:24:11:{vmid >> 16 & 255:02X}:{vmid >> 8 & 255:02X}:{vmid & 255:02X},bridge=vmbr0",
        "ostype": "l26",
        "scsi0": f"local-lvm:vm-{vmid}-disk-0,size=1G",
        "scsihw": "virtio-scsi-pci",
    }


def write_etc_pve(folder: Path, count: int) -> Path:
    """A copy of /etc/pve with so many guests; gives its folder."""
    guests = folder / "nodes" / "hv01" / "qemu-server"
    guests.mkdir(parents=True)
    for vmid in range(SOURCE, SOURCE + count):
        lines = {**config(vmid), "name": f"guest-{vmid}"}
        text = "".join(f"{key}: {value}\n" for key, value in sorted(lines.items()))
        (guests / f"{vmid}.conf").write_text(text, encoding="utf-8")
    (folder / "user.cfg").write_text(f"user:root@pam:1:0::::::\ntoken:{TOKEN}:0:0::\n", encoding="utf-8")
    (folder / "priv").mkdir()
    (folder / "priv" / "token.cfg").write_text(f"{TOKEN} {SECRET}\n", encoding="utf-8")
    return folder


def write_guests_json(file: Path, count: int) -> Path:
    """The same guests in fakepve's own form."""
    guests = [
        {"vmid": vmid, "name": f"guest-{vmid}", "node": "hv01", "config": config(vmid)}
        for vmid in range(SOURCE, SOURCE + count)
    ]
    file.write_text(json.dumps({"guests": guests}), encoding="utf-8")
    return file


@dataclass(frozen=True)
class Keys:
    """Certificate and key of both servers, and what a client needs to trust them."""

    certificate: Path
    key: Path
    authority: Path


def make_keys(folder: Path) -> Keys:
    """An authority in the form in which the fake keeps its own, and a server certificate it signed."""
    authority = trustme.CA(organization_name="bench")
    leaf = authority.issue_cert("127.0.0.1", "localhost", "hv01")
    keys = Keys(folder / "server.pem", folder / "server.key", folder / "ca.pem")
    keys.key.write_bytes(leaf.private_key_pem.bytes())
    keys.certificate.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    authority.cert_pem.write_to_path(str(keys.authority))
    return keys
