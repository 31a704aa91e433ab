"""The state of a node: hardware, load, versions; its statistics over time; rebooting and shutting it down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fakes.pve.api.node.bulk import start_all
from fakes.pve.api.version import version_of
from fakes.pve.call import Call
from fakes.pve.datacenter import Datacenter
from fakes.pve.effects import effect
from fakes.pve.guestconf import peek
from fakes.pve.http import Request, route
from fakes.pve.hypervisor import Usage, hypervisor_of
from fakes.pve.lxc import runtime
from fakes.pve.nets import is_net_key
from fakes.pve.node import Node
from fakes.pve.nodeload import load_of
from fakes.pve.rrd import picture, times
from fakes.pve.usercfg import ROOT

_KERNEL_BUILD = "#1 SMP PREEMPT_DYNAMIC PMX 6.8.12-9 (2025-03-16T19:18Z)"
_REBOOT_S = 90.0


@route("GET", "/nodes/{node}/status")
def status(call: Call) -> dict[str, Any]:
    node, load = call.node, load_of(call.node)
    facts, version = node.facts, version_of(call)
    return {
        "uptime": node.uptime,
        "cpu": load.cpu,
        "wait": load.iowait,
        "idle": 0,
        "loadavg": [f"{load.average:.2f}"] * 3,
        "kversion": f"Linux {facts.kernel} {_KERNEL_BUILD}",
        "current-kernel": {
            "sysname": "Linux",
            "release": facts.kernel,
            "version": _KERNEL_BUILD,
            "machine": "x86_64",
        },
        "boot-info": {"mode": "efi", "secureboot": 0},
        "cpuinfo": {
            "model": facts.cpu_model,
            "flags": facts.cpu_flags,
            "mhz": facts.cpu_mhz,
            "sockets": facts.sockets,
            "cores": facts.cores,
            "cpus": facts.threads,
            "hvm": "1" if {"vmx", "svm"} & set(facts.cpu_flags.split()) else "",
            "user_hz": 100,
        },
        "memory": {
            "total": load.memory_total,
            "used": load.memory_used,
            "free": load.memory_total - load.memory_used,
        },
        "swap": {"total": 0, "used": 0, "free": 0},
        "ksm": {"shared": 0},
        "rootfs": {
            "total": load.root_total,
            "used": load.root_used,
            "free": load.root_total - load.root_used,
            "avail": (load.root_total - load.root_used) * 19 // 20,
        },
        "pveversion": f"pve-manager/{version['version']}/{version['repoid']}",
    }


@route("POST", "/nodes/{node}/status")
def command(call: Call) -> None:
    """Reboot or shut down: the guests go off, the node does not answer; after a reboot it is back."""
    node = call.node
    hypervisor = hypervisor_of(call.datacenter)
    for vmid in call.datacenter.guests.on(node.name, "qemu"):
        if hypervisor.running(node, vmid):
            hypervisor.stop(node, vmid)
    for vmid in call.datacenter.guests.on(node.name, "lxc"):
        runtime.switch_off(node, vmid)
    node.is_online = False
    if call.params["command"] == "reboot":
        node.tasks.later(call.datacenter.durations.wait(_REBOOT_S), "node-boots")


@effect("node-boots")
def _boot(datacenter: Datacenter, node: Node) -> None:
    """The end of a reboot: the node is there again and starts the guests that start with it."""
    node.boot()
    target = f"/nodes/{node.name}/startall"
    found = datacenter.schema.find(target)
    assert found is not None
    given = {"node": node.name}
    start_all(Call(datacenter, node, found[0].methods["POST"], dict(given), given, ROOT, Request("POST", target)))


def node_named(call: Call) -> Node:
    """The node in the path, for methods that answer for other nodes without asking them."""
    return call.datacenter.nodes.get(call.params["node"], call.node)


@route("GET", "/nodes/{node}/rrddata")
def statistics(call: Call) -> list[dict[str, Any]]:
    """One row per step; rows from before the node's start have the time alone."""
    node = node_named(call)
    return [
        {"time": time} | (_numbers(node, time) if time >= node.boot_time else {})
        for time in times(call.params["timeframe"], call.datacenter.clock.now())
    ]


def _numbers(node: Node, time: int) -> dict[str, Any]:
    load = load_of(node, time)
    return {
        "cpu": load.cpu,
        "maxcpu": node.facts.threads,
        "iowait": load.iowait,
        "loadavg": load.average,
        "memtotal": load.memory_total,
        "memused": load.memory_used,
        "swaptotal": 0,
        "swapused": 0,
        "roottotal": load.root_total,
        "rootused": load.root_used,
        "netin": load.received,
        "netout": load.sent,
    }


@route("GET", "/nodes/{node}/rrd")
def graph(call: Call) -> dict[str, str]:
    """Where the picture of some of the statistics would be on the node."""
    node = node_named(call)
    return picture(f"pve2-node/{node.name}", str(call.params["ds"]), _numbers(node, 0).keys())


@route("GET", "/nodes/{node}/netstat")
def netstat(call: Call) -> list[dict[str, Any]]:
    return list(_taps(call))


def _taps(call: Call) -> Iterator[dict[str, Any]]:
    """One row per card of a running guest."""
    node, now = call.node, call.datacenter.clock.now()
    hypervisor = hypervisor_of(call.datacenter)
    for vmid in call.datacenter.guests.on(node.name, "qemu"):
        if hypervisor.running(node, vmid) is not None:
            yield from _cards(call, vmid, "qemu", hypervisor.usage(node, vmid))
    for vmid in call.datacenter.guests.on(node.name, "lxc"):
        container = runtime.running(node, vmid)
        if container is not None:
            yield from _cards(call, vmid, "lxc", container.usage(now))


def _cards(call: Call, vmid: int, kind: str, usage: Usage) -> Iterator[dict[str, Any]]:
    config = peek(call.datacenter, vmid, kind, node=call.node.name).main
    for key in sorted(filter(is_net_key, config)):
        yield {"vmid": str(vmid), "dev": key, "in": str(usage.net_in), "out": str(usage.net_out)}
