"""Every method of the schema with parameters of all sorts: whatever happens, a node answers in Proxmox's words."""

from __future__ import annotations

import json
import logging
import os
import re
import urllib.parse
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.client import LocalClient
from fakes.pve.api import load_routes
from fakes.pve.datacenter import Datacenter
from fakes.pve.dispatch import Api
from fakes.pve.http import FORM_TYPE, Reply, Request
from fakes.pve.schema import Method, load_schema
from fakes.pve.states import State, restore_state, take_state
from tests.contract.conftest import pristine
from tests.contract.parameters import request_of

SCHEMA = load_schema()
METHODS = [pytest.param(method, id=f"{verb} {path}") for (verb, path), method in SCHEMA.methods.items()]
EXAMPLES = int(os.environ.get("LABCTL_EXAMPLES", "8"))
SLOWEST_MS = 5000
# What an interpreter says about its own affairs.
INTERPRETER = re.compile(
    r"Traceback|object has no attribute|NoneType|KeyError|ValueError|TypeError|IndexError|invalid literal for|"
    r"not subscriptable|positional argument|out of range$|\bfakes\.|File \"|simulated node cannot"
)


class Lab:
    """A node with something of everything, put back before each method."""

    def __init__(self) -> None:
        load_routes()
        self.datacenter: Datacenter = pristine()
        self.api = Api(self.datacenter)
        client = LocalClient(self.api)
        for path, values in FURNITURE:
            client.post(path, **values)
        self.upid = next(iter(self.datacenter.nodes["hv01"].tasks.tasks))
        self.state: State = take_state(self.datacenter)

    def ask(self, user: str, verb: str, path: str, params: dict[str, str], *, as_json: bool) -> Reply:
        door = self.datacenter.door
        query = urllib.parse.urlencode(params)
        in_body = verb in ("POST", "PUT")
        body = json.dumps(params) if as_json else query
        headers = {
            "cookie": f"PVEAuthCookie={door.make_ticket(user)}",
            "csrfpreventiontoken": door.make_csrf(user),
            "content-type": "application/json" if as_json else FORM_TYPE,
        }
        target = f"/api2/json{urllib.parse.quote(path, safe='/:@!%')}" + (f"?{query}" if query and not in_body else "")
        return self.api.handle(Request(verb, target, headers, body.encode() if in_body else b""))


QEMU = "/nodes/hv01/qemu"
FURNITURE: list[tuple[str, dict[str, object]]] = [
    ("/storage", {"storage": "dirimg", "type": "dir", "path": "/srv/img", "content": "images,iso,backup,snippets"}),
    ("/access/users", {"userid": "eve@pve", "password": "a-password"}),
    ("/access/groups", {"groupid": "admins"}),
    ("/pools", {"poolid": "prod"}),
    (
        QEMU,
        {
            "vmid": 100,
            "name": "first",
            "scsi0": "local-lvm:1",
            "net0": "virtio,bridge=vmbr0",
            "ide2": "none,media=cdrom",
        },
    ),
    (f"{QEMU}/100/snapshot", {"snapname": "one"}),
    (QEMU, {"vmid": 101, "name": "base", "scsi0": "dirimg:1,format=qcow2", "ide2": "dirimg:cloudinit", "agent": 1}),
    (f"{QEMU}/101/template", {}),
    (QEMU, {"vmid": 102, "name": "on", "virtio0": "dirimg:1", "agent": 1, "pool": "prod", "tags": "a;b"}),
    (f"{QEMU}/102/status/start", {}),
]


@pytest.fixture(scope="module")
def furnished() -> Lab:
    return Lab()


@pytest.fixture
def lab(furnished: Lab) -> Lab:
    restore_state(furnished.datacenter, furnished.state)
    return furnished


class Defects(logging.Handler):
    """What the fake logged about itself."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())


@pytest.fixture(scope="module")
def defects() -> Iterator[Defects]:
    handler = Defects()
    log = logging.getLogger("labctl.pve")
    log.addHandler(handler)
    yield handler
    log.removeHandler(handler)


@pytest.mark.parametrize("method", METHODS)
def test_a_method_answers_whatever_it_gets(method: Method, lab: Lab, defects: Defects) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=SLOWEST_MS,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(asked=request_of(SCHEMA, method, lab.upid), as_json=st.booleans())
    def probe(asked: tuple[str, dict[str, str]], as_json: bool) -> None:
        path, params = asked
        defects.told.clear()
        replies = [lab.ask(user, method.verb, path, params, as_json=as_json) for user in ("eve@pve", "root@pam")]

        assert not defects.told
        for reply in replies:
            assert not complaints(reply, method)

    probe()


def complaints(reply: Reply, method: Method) -> list[str]:
    """What is wrong with a reply, whatever was asked."""
    text = f"{reply.reason}\n{reply.body.decode(errors='replace')}" if reply.status >= 400 else ""
    found = [f"an interpreter's words: {text}"] if INTERPRETER.search(text) else []
    if reply.status not in STATUSES:
        found.append(f"status {reply.status}")
    if set(reply.reason) & set("\r\n"):
        found.append(f"reason {reply.reason!r}")
    if reply.status == 501 and "is not simulated" not in text and "not implemented" not in text:
        found.append(f"501 without its words: {text}")
    if reply.content_type and reply.content_type.startswith("application/json") and b'"data"' not in reply.body:
        found.append(f"no data: {reply.body[:100]!r}")
    return found


STATUSES = frozenset({200, 400, 401, 403, 404, 424, 500, 501, 506, 595, 596})
