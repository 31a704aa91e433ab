"""The daemons of a node: which run, starting and stopping them."""

from __future__ import annotations

from dataclasses import dataclass

from fakes.pve.call import Call
from fakes.pve.http import route
from fakes.pve.tasks import Task, TaskError
from fakes.pve.units import changed_state, note_state

_ESSENTIAL = frozenset(("pveproxy", "pvedaemon", "pve-cluster"))


@dataclass(frozen=True, slots=True)
class Service:
    """A unit as the installer leaves it; `unit_state` is how it is enabled."""

    description: str
    is_active: bool = True
    unit_state: str = "enabled"


SERVICES = {
    "chrony": Service("chrony, an NTP client/server"),
    "corosync": Service("Corosync Cluster Engine", is_active=False),
    "cron": Service("Regular background program processing daemon"),
    "ksmtuned": Service("Kernel Samepage Merging (KSM) Tuning Daemon"),
    "postfix": Service("Postfix Mail Transport Agent (instance -)", unit_state="enabled-runtime"),
    "pve-cluster": Service("The Proxmox VE cluster filesystem"),
    "pve-firewall": Service("Proxmox VE firewall"),
    "pve-ha-crm": Service("PVE Cluster HA Resource Manager Daemon"),
    "pve-ha-lrm": Service("PVE Local HA Resource Manager Daemon"),
    "pvedaemon": Service("PVE API Daemon"),
    "pvefw-logger": Service("Proxmox VE firewall logger"),
    "pveproxy": Service("PVE API Proxy Server"),
    "pvescheduler": Service("Proxmox VE scheduler"),
    "pvestatd": Service("PVE Status Daemon"),
    "spiceproxy": Service("PVE SPICE Proxy Server"),
    "sshd": Service("OpenBSD Secure Shell server"),
    "syslog": Service("syslog.service", is_active=False, unit_state="not-found"),
    "systemd-journald": Service("Journal Service", unit_state="static"),
    "systemd-timesyncd": Service("systemd-timesyncd.service", is_active=False, unit_state="not-found"),
}


def is_active(call: Call, name: str) -> bool:
    """True where a service runs."""
    changed = changed_state(call.node.files, name)
    if changed is not None:
        return changed
    # Corosync starts by itself as soon as there is something to start it for.
    return call.datacenter.is_cluster if name == "corosync" else SERVICES[name].is_active


def _row(call: Call, name: str) -> dict[str, str]:
    active = is_active(call, name)
    return {
        "service": name,
        "name": name,
        "desc": SERVICES[name].description,
        "state": "running" if active else "dead",
        "active-state": "active" if active else "inactive",
        "unit-state": SERVICES[name].unit_state,
    }


@route("GET", "/nodes/{node}/services")
def services(call: Call) -> list[dict[str, str]]:
    return [_row(call, name) for name in SERVICES]


@route("GET", "/nodes/{node}/services/{service}/state")
def state(call: Call) -> dict[str, str]:
    return _row(call, call.params["service"])


def _change(call: Call, verb: str) -> str:
    name = call.params["service"]

    def work(_task: Task) -> None:
        if verb == "stop" and name in _ESSENTIAL:
            raise TaskError(f"invalid service cmd '{name} stop': refusing to stop essential service!")
        if SERVICES[name].unit_state == "not-found":
            raise TaskError(f"command 'systemctl {verb} {name}' failed: exit code 5")
        if verb == "reload" and not is_active(call, name):
            raise TaskError(f"command 'systemctl reload {name}' failed: exit code 1")
        # Without a corosync.conf the unit's condition fails, which systemd does not count as an error.
        can_run = name != "corosync" or call.datacenter.is_cluster
        note_state(call.node.files, name, active=verb != "stop" and can_run)

    return call.start_task(f"srv{verb}", name, work)


@route("POST", "/nodes/{node}/services/{service}/start")
def start(call: Call) -> str:
    return _change(call, "start")


@route("POST", "/nodes/{node}/services/{service}/stop")
def stop(call: Call) -> str:
    return _change(call, "stop")


@route("POST", "/nodes/{node}/services/{service}/restart")
def restart(call: Call) -> str:
    return _change(call, "restart")


@route("POST", "/nodes/{node}/services/{service}/reload")
def reload(call: Call) -> str:
    return _change(call, "reload")
