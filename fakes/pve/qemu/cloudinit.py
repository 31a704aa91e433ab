"""Cloud-init of virtual machines: the documents a guest is given, and what has changed since its image was made.

Source: documents of a PVE 8.4.1 node.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
import urllib.parse
from collections.abc import Callable, Iterator, Mapping

from fakes.pve.datacenter import Datacenter
from fakes.pve.drives import Drive, drives
from fakes.pve.guestconf import GuestConfig
from fakes.pve.guestkeys import Value
from fakes.pve.nets import parse_net
from fakes.pve.node import Node
from fakes.pve.params import split_list
from fakes.pve.storage.volumes import volumes

IMAGE_BYTES = 4 * 1024**2
# Keys whose changes a running guest learns only from a new image.
RECORDED = frozenset(
    ("cicustom", "cipassword", "citype", "ciupgrade", "ciuser", "nameserver", "searchdomain", "sshkeys", "name")
)
_ADDED = "added"

Config = Mapping[str, Value]


def is_recorded(key: str) -> bool:
    """True for keys that end up in the image."""
    return key in RECORDED or re.fullmatch(r"(?:ipconfig|net)\d+", key) is not None


def cloudinit_drive(config: Config) -> Drive | None:
    """The first cloud-init drive of a guest, or None."""
    return next((drive for drive in drives(config) if drive.is_cloudinit), None)


def record_change(config: GuestConfig, key: str, old: Value | None, new: Value | None) -> None:
    """Remember what the image of a running guest says about a key that changes now."""
    if not is_recorded(key) or (old is None and new is None):
        return
    state = config.cloudinit
    added = set(split_list(str(state.pop(_ADDED, ""))))
    recorded = state.get(key)
    if new is not None and recorded is not None and str(new) == str(recorded):
        del state[key]
        added.discard(key)
    elif recorded is None and key in added:
        if new is None:
            added.discard(key)
    elif recorded is None:
        if old is None:
            added.add(key)
        else:
            state[key] = old
    if added:
        state[_ADDED] = ",".join(sorted(added))


def added_keys(config: GuestConfig) -> list[str]:
    """The keys that are set now and were not when the image was made."""
    return split_list(str(config.cloudinit.get(_ADDED, "")))


def generate_image(
    datacenter: Datacenter, node: Node, vmid: int, config: GuestConfig, log: Callable[[str], None]
) -> bool:
    """Write the image of a guest anew; True where something had changed since the last time.

    An image that has gone missing is allocated again. The caller saves the configuration.
    """
    drive = cloudinit_drive(config.main)
    if drive is None:
        return False
    shelf = volumes(datacenter, node)
    if not shelf.exists(drive.file):
        name = drive.file.partition(":")[2].rpartition("/")[2]
        form = name.rpartition(".")[2] if "." in name else "raw"
        shelf.allocate(str(drive.storage), vmid, form, name, IMAGE_BYTES, log=log)
    log("generating cloud-init ISO")
    had_changes = bool(config.cloudinit)
    config.cloudinit.clear()
    return had_changes


def document(config: Config, vmid: int, node: Node, kind: str) -> str:
    """The document of a kind (user, network or meta) for a guest."""
    is_drive_config = image_format(config) != "nocloud"
    if kind == "user":
        return user_document(config, vmid)
    network = _interfaces(config, node) if is_drive_config else _network(config, node)
    if kind == "network":
        return network
    identity = hashlib.sha1((user_document(config, vmid) + network).encode(), usedforsecurity=False).hexdigest()
    if not is_drive_config:
        return f"instance-id: {identity}\n"
    return json.dumps({"uuid": identity, "network_config": {"content_path": "/content/0000"}}, indent=5) + "\n"


def image_format(config: Config) -> str:
    """nocloud, configdrive2 or opennebula; Windows guests get configdrive2 unless told otherwise."""
    chosen = config.get("citype")
    if chosen:
        return str(chosen)
    return "configdrive2" if str(config.get("ostype", "")).startswith("w") else "nocloud"


def user_document(config: Config, vmid: int) -> str:
    """The user data: host name, account, keys."""
    hostname, fqdn = _names(config, vmid)
    lines = ["#cloud-config", f"hostname: {hostname}", "manage_etc_hosts: true", f"fqdn: {fqdn}"]
    user = config.get("ciuser")
    if user is not None:
        lines.append(f"user: {user}")
    if "cipassword" in config:
        lines.append(f"password: {config['cipassword']}")
    if "sshkeys" in config:
        keys = urllib.parse.unquote(str(config["sshkeys"])).split("\n")
        lines.append("ssh_authorized_keys:")
        lines.extend(f"  - {key}" for key in keys if key.strip())
    lines += ["chpasswd:", "  expire: False"]
    if user != "root":
        lines += ["users:", "  - default"]
    if config.get("ciupgrade", 1):
        lines.append("package_upgrade: true")
    return "".join(f"{line}\n" for line in lines)


def _names(config: Config, vmid: int) -> tuple[str, str]:
    name = str(config.get("name") or f"VM{vmid}")
    if "." in name:
        return name.partition(".")[0], name
    search = config.get("searchdomain")
    return name, f"{name}.{search}" if search else name


def _dns(config: Config, node: Node) -> tuple[list[str], list[str]]:
    """Search domains and name servers, the node's own where the guest has none."""
    host: dict[str, list[str]] = {}
    for line in (node.files.read("etc/resolv.conf") or "").splitlines():
        word, _, rest = line.partition(" ")
        host.setdefault(word, []).extend(rest.split())
    search = str(config["searchdomain"]).split() if "searchdomain" in config else host.get("search", [])
    servers = str(config["nameserver"]).split() if "nameserver" in config else host.get("nameserver", [])
    return search, servers


def _cards(config: Config) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Number, MAC address and addresses of each card that has an ipconfigN."""
    for key in sorted(key for key in config if re.fullmatch(r"net\d+", key)):
        number = key[3:]
        text = config.get(f"ipconfig{number}")
        if text:
            pairs = (part.partition("=") for part in str(text).split(","))
            yield number, parse_net(str(config[key])).macaddr.lower(), {name: value for name, _, value in pairs}


def _network(config: Config, node: Node) -> str:
    lines = ["version: 1", "config:"]
    for number, mac, ip in _cards(config):
        lines += ["    - type: physical", f"      name: eth{number}", f"      mac_address: '{mac}'", "      subnets:"]
        if "ip" in ip:
            if ip["ip"] == "dhcp":
                lines.append("      - type: dhcp4")
            else:
                address, mask = _split4(ip["ip"])
                lines += ["      - type: static", f"        address: '{address}'", f"        netmask: '{mask}'"]
                if "gw" in ip:
                    lines.append(f"        gateway: '{ip['gw']}'")
        if "ip6" in ip:
            if ip["ip6"] in ("auto", "dhcp"):
                lines.append(f"      - type: {'dhcp6' if ip['ip6'] == 'dhcp' else 'ipv6_slaac'}")
            else:
                lines += ["      - type: static6", f"        address: '{ip['ip6']}'"]
                if "gw6" in ip:
                    lines.append(f"        gateway: '{ip['gw6']}'")
    search, servers = _dns(config, node)
    lines.append("    - type: nameserver")
    for title, items in (("address", servers), ("search", search)):
        if items:
            lines += [f"      {title}:", *(f"      - '{item}'" for item in items)]
    return "".join(f"{line}\n" for line in lines)


def _interfaces(config: Config, node: Node) -> str:
    search, servers = _dns(config, node)
    lines = ["auto lo", "iface lo inet loopback", ""]
    if servers:
        lines.append(f"        dns_nameservers {' '.join(servers)}")
    if search:
        lines.append(f"        dns_search {' '.join(search)}")
    for number, _mac, ip in _cards(config):
        lines.append(f"auto eth{number}")
        for family, address_key, gateway_key in (("inet", "ip", "gw"), ("inet6", "ip6", "gw6")):
            text = ip.get(address_key)
            if text is None:
                continue
            if text in ("dhcp", "auto"):
                lines.append(f"iface eth{number} {family} {text}")
                continue
            address, mask = _split4(text) if family == "inet" else text.split("/")
            lines += [f"iface eth{number} {family} static", f"        address {address}", f"        netmask {mask}"]
            if gateway_key in ip:
                lines.append(f"        gateway {ip[gateway_key]}")
    return "".join(f"{line}\n" for line in lines)


def _split4(text: str) -> tuple[str, str]:
    interface = ipaddress.ip_interface(text)
    return str(interface.ip), str(interface.netmask)
