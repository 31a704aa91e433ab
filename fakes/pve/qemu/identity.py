"""What makes two virtual machines different: SMBIOS UUID, VM generation id, MAC addresses."""

from __future__ import annotations

import secrets
import uuid

from fakes.pve.datacenter import Datacenter
from fakes.pve.guestconf import Section
from fakes.pve.nets import format_net, is_net_key, new_mac, parse_net


def new_uuid() -> str:
    """A random UUID in lower case."""
    return str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))


def with_new_uuid(smbios1: str) -> str:
    """An smbios1 text with another UUID; its other properties stay, sorted as Proxmox prints them."""
    parts = dict(part.partition("=")[::2] for part in smbios1.split(",") if part)
    parts["uuid"] = new_uuid()
    return ",".join(f"{key}={parts[key]}" for key in sorted(parts))


def renew(datacenter: Datacenter, section: Section) -> None:
    """Give a copied configuration an identity of its own."""
    for key, value in section.items():
        if is_net_key(key):
            section[key] = format_net(parse_net(str(value)).with_mac(new_mac(datacenter)))
    section["smbios1"] = with_new_uuid(str(section.get("smbios1", "")))
    if section.get("vmgenid") not in (None, "", "0"):
        section["vmgenid"] = new_uuid()
