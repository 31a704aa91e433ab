"""What the Proxmox API adds to a snapshot, or gives where SSH does not work: GETs only, through proxmoxer."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests
from proxmoxer import ProxmoxAPI
from proxmoxer.core import AuthenticationError, ResourceException

from conformance.collect import parse_guests, parse_pve
from conformance.collect.snapshot import Assembly
from fixtures.errors import LabError, Problem

TOKEN_VARIABLE = "LABCTL_API_TOKEN"
CA_VARIABLE = "LABCTL_API_CA"
INSECURE_VARIABLE = "LABCTL_API_INSECURE"
TIMEOUT_S = 20
TOKEN = re.compile(r"(?P<user>[^!=\s]+@[\w.-]+)!(?P<name>[\w.-]+)=(?P<secret>\S+)")


@dataclass(frozen=True)
class Token:
    """An API token of the auditor; the secret never appears in a report."""

    user: str
    name: str
    secret: str
    verify: str | bool = True

    def __repr__(self) -> str:
        return f"Token({self.user}!{self.name})"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Token | None:
        """The token in LABCTL_API_TOKEN (``user@realm!name=secret``), or None; LabError where it is malformed."""
        variables = os.environ if environment is None else environment
        text = variables.get(TOKEN_VARIABLE, "").strip()
        if not text:
            return None
        found = TOKEN.fullmatch(text)
        if found is None:
            raise LabError(Problem(TOKEN_VARIABLE, "not a token", "write user@realm!name=secret"))
        verify: str | bool = variables.get(CA_VARIABLE) or True
        if variables.get(INSECURE_VARIABLE) == "1":
            verify = False
        return cls(found["user"], found["name"], found["secret"], verify)

    def connect(self, host: str, port: int = 8006) -> ProxmoxAPI:
        """A proxmoxer client for the node; nothing is sent yet."""
        return ProxmoxAPI(
            host,
            port=port,
            user=self.user,
            token_name=self.name,
            token_value=self.secret,
            verify_ssl=self.verify,
            timeout=TIMEOUT_S,
        )


@dataclass(frozen=True)
class ApiFacts:
    """What the API said: whether it answered, how the credential fared, facts by key, and why others are missing."""

    reachable: bool
    auth: str | None
    facts: dict[str, Any]
    missing: dict[str, str]


class _Calls:
    """GETs that give None instead of an exception, and remember the reason."""

    def __init__(self, api: Any) -> None:
        self.api = api
        self.reasons: dict[str, str] = {}

    def get(self, path: str, **params: Any) -> Any:
        try:
            return self.api(path).get(**params)
        except ResourceException as error:
            self.reasons[path] = f"GET /{path}: {error.status_code} {error.status_message}"
        except (requests.RequestException, AuthenticationError) as error:
            self.reasons[path] = f"GET /{path}: {type(error).__name__}"
        return None


def ask_api(api: Any, node: str) -> ApiFacts:
    """The facts that the API of `node` gives; `api` is a proxmoxer client or looks like one."""
    try:
        version = api("version").get()
    except ResourceException as error:
        auth = "401" if error.status_code == 401 else None
        return ApiFacts(False, auth, {}, {"reachable.api": f"GET /version: {error.status_code} {error.status_message}"})
    except AuthenticationError:
        return ApiFacts(False, "401", {}, {"reachable.api": "the credential was refused"})
    except requests.exceptions.SSLError:
        why = f"the TLS certificate is not trusted; name the node's CA in {CA_VARIABLE}"
        return ApiFacts(False, None, {}, {"reachable.api": why})
    except requests.RequestException as error:
        return ApiFacts(False, None, {}, {"reachable.api": f"GET /version: {type(error).__name__}"})
    calls = _Calls(api)
    facts: dict[str, Any] = {"pve": _version(version), **_node(calls, node), **_cluster(calls), **_guests(calls, node)}
    missing = {path: reason for path, reason in _reasons(calls.reasons, node).items() if path not in facts}
    return ApiFacts(True, "ok", facts, missing)


def _version(version: Mapping[str, Any]) -> dict[str, Any]:
    return {f"api_{key}": version[key] for key in ("version", "release", "repoid") if version.get(key)}


def _node(calls: _Calls, node: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    status = calls.get(f"nodes/{node}/status")
    if isinstance(status, Mapping):
        cpu = status.get("cpuinfo") or {}
        found["cpu"] = {
            "model_name": cpu.get("model"),
            "sockets": cpu.get("sockets"),
            "cores": cpu.get("cores"),
            "threads": cpu.get("cpus"),
            "flags": str(cpu["flags"]).split() if cpu.get("flags") else None,
        }
        total = (status.get("memory") or {}).get("total")
        found["memory"] = {"memtotal_kib": total // 1024 if isinstance(total, int) else None}
    functions = calls.get(f"nodes/{node}/hardware/pci", **{"pci-class-blacklist": ""})
    if isinstance(functions, list):
        groups = {function.get("iommugroup") for function in functions}
        found["iommu"] = {"groups": len([group for group in groups if isinstance(group, int) and group >= 0])}
    disks = calls.get(f"nodes/{node}/disks/list")
    if isinstance(disks, list):
        found["disks"] = [_disk(disk) for disk in disks]
    interfaces = calls.get(f"nodes/{node}/network")
    if isinstance(interfaces, list):
        gateways = [row["gateway"] for row in interfaces if row.get("gateway")]
        address = next((row.get("address") for row in interfaces if row.get("iface") == "vmbr0"), None)
        found["net"] = {"default_gateways": gateways, "vmbr0_ipv4": address}
    nodes = calls.get("nodes")
    if isinstance(nodes, list) and len(nodes) == 1:
        found["pve_node_name"] = nodes[0].get("node")
    return found


def _disk(disk: Mapping[str, Any]) -> dict[str, Any]:
    """The disk list knows NVMe; of other SSDs it does not say how they are connected."""
    kind = disk.get("type")
    return {
        "name": str(disk.get("devpath", "")).removeprefix("/dev/"),
        "size_bytes": disk.get("size"),
        "rota": {"ssd": 0, "nvme": 0, "hdd": 1, "usb": 1}.get(str(kind)),
        "tran": {"nvme": "nvme", "usb": "usb"}.get(str(kind)),
        "removable": False if kind == "nvme" else None,
        "type": "disk",
        "model": disk.get("model"),
    }


def _cluster(calls: _Calls) -> dict[str, Any]:
    found: dict[str, Any] = {}
    status = calls.get("cluster/status")
    if isinstance(status, list):
        found["cluster"] = {"status": status}
    ha = {
        "resources": "cluster/ha/resources",
        "groups": "cluster/ha/groups",
        "status_current": "cluster/ha/status/current",
    }
    answers = {key: calls.get(path) for key, path in ha.items()}
    found["ha"] = {key: answer for key, answer in answers.items() if isinstance(answer, list)}
    storages = parse_pve.storages_of(calls.get("storage"), None, {}, {})
    if storages is not None:
        found["storage"] = storages
    principals = parse_pve.principals_of(calls.get("access/users", full=1))
    if principals is not None:
        found["api_principals"] = principals
    options = calls.get("cluster/options")
    if isinstance(options, Mapping) and options.get("mac_prefix"):
        found["mac_prefix"] = options["mac_prefix"]
    return found


def _guests(calls: _Calls, node: str) -> dict[str, Any]:
    rows = calls.get("cluster/resources", type="vm")
    if not isinstance(rows, list):
        return {}
    return {"guests": [_guest(calls, row) for row in rows if row.get("node") in (None, node)]}


def _guest(calls: _Calls, row: Mapping[str, Any]) -> dict[str, Any]:
    kind, vmid = str(row.get("type")), int(row["vmid"])
    path = f"nodes/{row.get('node')}/{kind}/{vmid}"
    config = calls.get(f"{path}/config")
    if not isinstance(config, Mapping):
        template = bool(row.get("template"))
        listed = {
            "vmid": vmid,
            "kind": kind,
            "name": row.get("name"),
            "template": template,
            "status": row.get("status"),
        }
        return listed | {"tags": parse_guests.split_tags(row.get("tags")), "pool": row.get("pool")}
    fields = {key: str(value) for key, value in config.items() if key != "description"}
    parsed = parse_guests.Config(kind, vmid, fields, str(config.get("description") or ""))
    origin = "clone" if parse_guests.is_linked([str(value) for value in config.values()]) else None
    guest = parse_guests.guest_of(parsed, row, origin)
    if guest["agent"] and guest["status"] == "running":
        live = parse_guests.addresses_of(calls.get(f"{path}/agent/network-get-interfaces"), guest["macs"])
        guest |= {} if live is None else {"live_ipv4": live}
    return guest


def _reasons(reasons: Mapping[str, str], node: str) -> dict[str, str]:
    paths = {
        f"nodes/{node}/status": "cpu",
        f"nodes/{node}/hardware/pci": "iommu",
        f"nodes/{node}/disks/list": "disks",
        f"nodes/{node}/network": "net",
        "cluster/status": "cluster.status",
        "cluster/ha/resources": "ha.resources",
        "storage": "storage",
        "cluster/resources": "guests",
        "access/users": "api_principals",
        "cluster/options": "mac_prefix",
    }
    return {paths[path]: reason for path, reason in reasons.items() if path in paths}


def fill_in(facts: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add what is not there yet, object by object; what SSH saw stays."""
    for key, value in more.items():
        mine = facts.get(key)
        if isinstance(value, Mapping):
            if not isinstance(mine, dict):
                mine = facts[key] = {}
            fill_in(mine, {inner: item for inner, item in value.items() if item is not None})
        elif mine is None and value is not None:
            facts[key] = value


def fill_guests(made: Assembly, guests: Sequence[Mapping[str, Any]]) -> None:
    """Add to each known guest what only the API said of it, such as the addresses that its agent gave there."""
    by_id = {guest.get("vmid"): guest for guest in guests}
    for mine in made.facts.get("guests") or ():
        for key, value in by_id.get(mine.get("vmid"), {}).items():
            if mine.get(key) is None and value is not None:
                mine[key] = value
                made.missing.pop(f"guests.{mine['vmid']}.{key}", None)
