"""What a node's cluster file system shows besides the files it keeps: its own state, links, folders and modes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from fakes.host.files import Device, Folder, Generated, Link, Special
from fakes.pve.guests import FOLDERS
from fakes.pve.hypervisor import hypervisor_of

if TYPE_CHECKING:
    from fakes.pve.dispatch import Api

ROOT = "/etc/pve"
_FOLDERS = ("firewall", "ha", "mapping", "nodes", "priv", "sdn", "sdn/fabrics", "virtual-guest")
_NODE_FOLDERS = ("lxc", "openvz", "priv", "qemu-server")
# Keys and lists that the fake has no use for; they are there, and empty.
_UNUSED = ("authkey.pub", "priv/authkey.key", "pve-www.key")
_OBSERVED = (
    *("corosync.conf", "corosync.conf.new", "storage.cfg", "user.cfg", "domains.cfg", "notifications.cfg"),
    *("priv/notifications.cfg", "priv/shadow.cfg", "priv/acme/plugins.cfg", "priv/tfa.cfg", "priv/token.cfg"),
    *("priv/ipam.db", "priv/macs.db", "datacenter.cfg", "vzdump.cron", "vzdump.conf", "jobs.cfg"),
    *("ha/crm_commands", "ha/manager_status", "ha/resources.cfg", "ha/groups.cfg", "ha/fence.cfg", "status.cfg"),
    *("replication.cfg", "ceph.conf", "sdn/vnets.cfg", "sdn/zones.cfg", "sdn/controllers.cfg", "sdn/subnets.cfg"),
    *("sdn/ipams.cfg", "sdn/mac-cache.json", "sdn/pve-ipam-state.json", "sdn/dns.cfg"),
    *("sdn/fabrics/openfabric.cfg", "sdn/fabrics/ospf.cfg", "sdn/.running-config", "virtual-guest/cpu-models.conf"),
    *("virtual-guest/profiles.cfg", "firewall/cluster.fw", "mapping/directory.cfg", "mapping/pci.cfg"),
    "mapping/usb.cfg",
)
_STATUS_KEYS = ("kv/static-info", "tasklist", "kv/cpuflags-tcg", "kv/cpuflags-kvm", "kv/version-info")
_CRON = """\
# cluster wide vzdump cron schedule
# Atomatically generated file - do not edit

PATH="/usr/sbin:/usr/bin:/sbin:/bin"

"""


def specials(api: Api) -> dict[str, Special]:
    """Everything below /etc/pve that is no kept file, and the run-time files of the guests."""
    home = f"{ROOT}/nodes/{api.node.name}"
    found: dict[str, Special] = {f"{ROOT}/{name}": Folder() for name in _FOLDERS}
    found.update({f"{home}/{name}": Folder() for name in _NODE_FOLDERS})
    found.update({f"{ROOT}/{name}": Link(f"nodes/{api.node.name}/{name}") for name in ("lxc", "openvz", "qemu-server")})
    found[f"{ROOT}/local"] = Link(f"nodes/{api.node.name}")
    for name, text in _texts(api).items():
        found[f"{ROOT}/{name}"] = Generated(text)
    return {**found, **_run_time(api)}


def _texts(api: Api) -> Mapping[str, Callable[[], str]]:
    """The files whose text is made when it is read."""
    datacenter, node = api.datacenter, api.node
    home = f"nodes/{node.name}"

    def certificate() -> str:
        from fakes.pve.certificates import own_certificate

        return own_certificate(datacenter, node)

    def authority() -> str:
        from fakes.pve.certificates import authority_certificate

        return authority_certificate(datacenter)

    def nothing() -> str:
        return ""

    made: dict[str, Callable[[], str]] = {
        ".clusterlog": nothing,
        ".debug": lambda: "0\n",
        ".members": lambda: f'{{\n"nodename": "{node.name}",\n"version": 0\n}}\n',
        ".rrd": nothing,
        ".version": lambda: _versions(api),
        ".vmlist": lambda: _guests(api),
        "pve-root-ca.pem": authority,
        f"{home}/lrm_status": lambda: json.dumps({"mode": "active", "results": {}, "state": "wait_for_agent_lock"}),
        f"{home}/pve-ssl.key": nothing,
        f"{home}/pve-ssl.pem": certificate,
        f"{home}/ssh_known_hosts": nothing,
        "vzdump.cron": lambda: _CRON,
        **dict.fromkeys(_UNUSED, nothing),
    }
    return {name: text for name, text in made.items() if name not in datacenter.cfs}


def _versions(api: Api) -> str:
    cfs = api.datacenter.cfs
    numbers = {"clinfo": 0, "vmlist": api.datacenter.guests.version + 1}
    numbers.update({name: cfs.file_version(name) + 1 for name in _OBSERVED})
    lines = [f'"starttime": {int(api.node.boot_time)}', *(f'"{name}": {number}' for name, number in numbers.items())]
    stored = ",\n".join(f'"{name}": 0' for name in _STATUS_KEYS)
    return "{\n" + ",\n".join(lines) + f',\n"kvstore": {{\n"{api.node.name}": {{\n{stored}}}\n}}\n}}\n'


def _guests(api: Api) -> str:
    guests = api.datacenter.guests
    cfs = api.datacenter.cfs
    lines = [
        f'"{place.vmid}": {{ "node": "{place.node}", "type": "{place.kind}", '
        f'"version": {cfs.file_version(f"nodes/{place.node}/{FOLDERS[place.kind]}/{place.vmid}.conf")} }}'
        for place in guests
    ]
    ids = ',\n"ids": {\n' + ",\n".join(lines) + "}\n" if lines else "\n"
    return f'{{\n"version": {guests.version + 1}{ids}\n}}\n'


def _run_time(api: Api) -> dict[str, Special]:
    """The process files and sockets of running virtual machines below /run."""
    found: dict[str, Special] = {"/var/run": Link("/run"), "/run/qemu-server": Folder()}
    hypervisor = hypervisor_of(api.datacenter)
    for vmid in api.datacenter.guests.on(api.node.name, "qemu"):
        guest = hypervisor.running(api.node, vmid)
        if guest is None:
            continue
        base = f"/run/qemu-server/{vmid}"
        pid = guest.pid
        found[f"{base}.pid"] = Generated(lambda pid=pid: f"{pid}\n")  # type: ignore[misc]
        config = api.datacenter.cfs.read(f"nodes/{api.node.name}/qemu-server/{vmid}.conf") or ""
        serials = (f"serial{number}" for number in range(4) if f"\nserial{number}: socket" in f"\n{config}")
        agent = ("qga",) if "\nagent: " in f"\n{config}" else ()
        for name in (*agent, "qmp", *serials):
            found[f"{base}.{name}"] = Device()
    return found


def mode(path: str, kind: str) -> str:
    """The mode of something below /etc/pve as `ls -l` shows it."""
    inner = path.removeprefix(f"{ROOT}/")
    is_private = inner.startswith("priv") or "/priv" in inner
    if kind == "folder":
        return "drwx------" if is_private else "drwxr-xr-x"
    if kind == "link":
        return "lrwxr-xr-x"
    if inner.startswith(".") and inner != ".debug":
        return "-r--r-----"
    return "-rw-------" if is_private else "-rw-r-----"
