"""Consoles: the ticket, the port and the task that wait for a viewer. For nodes, containers and virtual machines.

Nobody can connect to a console of the fake, so its task ends as on a real node that no viewer called.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterator
from typing import Any

from fakes.pve.call import Call
from fakes.pve.certificates import authority_certificate, own_certificate
from fakes.pve.http import ApiError
from fakes.pve.signatures import Signer
from fakes.pve.tasks import Task, TaskError

FIRST_PORT = 5900
WAIT_S = 10.0
_LIFETIME_S = 40
_TICKET = re.compile(r"PVEVNC:([0-9A-F]{8})::(\S+)")
_KINDS = frozenset(("vncproxy", "vncshell", "termproxy", "spiceproxy", "spiceshell"))


def open_console(call: Call, kind: str, subject: str | int, path: str) -> dict[str, Any]:
    """Begin a console task of a type such as ``vncproxy``; `path` is the object the ticket is good for."""
    tasks = call.node.tasks.tasks.values()
    port = FIRST_PORT + sum(task.is_running and task.type in _KINDS for task in tasks)

    def work(_task: Task) -> Iterator[float]:
        yield call.datacenter.durations.wait(WAIT_S)
        raise TaskError("connection timed out")

    upid = call.start_task(kind, subject, work)
    return {"user": call.user, "ticket": make_ticket(call, path), "port": str(port), "upid": upid}


def viewer_file(call: Call, kind: str, subject: str | int, path: str, title: str) -> dict[str, Any]:
    """Begin a SPICE console task; returns what remote-viewer reads from its connection file."""
    console = open_console(call, kind, subject, path)
    facts = call.node.facts
    return {
        "type": "spice",
        "title": title,
        "host": f"pvespiceproxy:{console['ticket'].partition('::')[0]}:{subject}:{call.node.name}",
        "tls-port": 61000,
        "password": new_password(),
        "proxy": f"http://{call.get('proxy') or facts.ip}:3128",
        "host-subject": f"OU=PVE Cluster Node,O=Proxmox Virtual Environment,CN={facts.name}.{facts.domain}",
        "ca": authority_certificate(call.datacenter).replace("\n", "\\n"),
        "delete-this-file": 1,
        "secure-attention": "Ctrl+Alt+Ins",
        "toggle-fullscreen": "Shift+F11",
        "release-cursor": "Ctrl+Alt+R",
    }


def node_certificate(call: Call) -> str:
    """The node's certificate as PEM text."""
    return own_certificate(call.datacenter, call.node)


def new_password() -> str:
    """A one-time password for a viewer."""
    return secrets.token_urlsafe(6)


def make_ticket(call: Call, path: str) -> str:
    """A ticket that opens the console of one object to the caller for a short time."""
    stamp = f"PVEVNC:{int(call.datacenter.clock.now()):08X}"
    return f"{stamp}::{_signature(call, stamp, path)}"


def check_ticket(call: Call, ticket: str, path: str) -> None:
    """ApiError where a console ticket is forged, too old or for something else."""
    found = _TICKET.fullmatch(ticket)
    stamp = ticket.partition("::")[0]
    if not found or not hmac.compare_digest(found[2], _signature(call, stamp, path)):
        raise ApiError(401, "permission denied - invalid PVEVNC ticket")
    if not -300 <= call.datacenter.clock.now() - int(found[1], 16) <= _LIFETIME_S:
        raise ApiError(401, "permission denied - invalid PVEVNC ticket")


def _signature(call: Call, stamp: str, path: str) -> str:
    return Signer(call.datacenter.cfs).ticket(f"{stamp}:{call.user}:{path}")
