"""Writers that know what a node acknowledged to them, for a node that is killed under their hands.

A writer changes one thing after another. What was acknowledged must be found after a restart; the one change that was
under way may be found or not.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import requests

GONE = "gone"
NODE = "/nodes/hv01"
Value = str | int
Step = tuple[str, Value, Callable[[], requests.Response]]


class Caller:
    """root@pam at one node, over a connection of its own."""

    def __init__(self, url: str, ca_file: str, password: str) -> None:
        self._url = f"{url}/api2/json"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = ca_file
        ticket = self.call("POST", "/access/ticket", {"username": "root@pam", "password": password}).json()["data"]
        self.session.headers["CSRFPreventionToken"] = ticket["CSRFPreventionToken"]
        self.session.cookies["PVEAuthCookie"] = ticket["ticket"]

    def call(self, verb: str, path: str, data: dict[str, Any] | None = None, **more: Any) -> requests.Response:
        return self.session.request(verb, f"{self._url}{path}", data=data, timeout=20, **more)

    def get(self, path: str) -> Any:
        """The data of an answer, None where it is an error."""
        return self.call("GET", path).json()["data"]


@dataclass
class Ledger:
    """What one writer knows: the acknowledged value of each thing, the change under way, and the tasks that began."""

    known: dict[str, Value] = field(default_factory=dict)
    under_way: tuple[str, Value] | None = None
    tasks: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    changes: int = 0

    def allowed(self, thing: str) -> set[Value]:
        """The values a thing may have now."""
        values = {self.known.get(thing, "stopped" if thing.startswith("run") else GONE)}
        if self.under_way is not None and self.under_way[0] == thing:
            values.add(self.under_way[1])
        return values

    def things(self) -> set[str]:
        return {*self.known, *([self.under_way[0]] if self.under_way else [])}


def write(ledger: Ledger, steps: Iterator[Step]) -> None:
    """Carry out steps until the node does not answer any more."""
    for thing, value, act in steps:
        ledger.under_way = thing, value
        try:
            reply = act()
        except requests.RequestException:
            return
        if reply.status_code != 200:
            ledger.refused.append(f"{thing}: {reply.reason}")
            return
        answer = reply.json()["data"]
        if isinstance(answer, str) and answer.startswith("UPID:"):
            ledger.tasks.append(answer)
        ledger.known[thing] = value
        ledger.under_way = None
        ledger.changes += 1


def guests(caller: Caller, first: int) -> Iterator[Step]:
    """Guests that are created, cloned, changed, started and destroyed again."""
    for number in itertools.count():
        vmid, twin = first + 2 * (number % 20), first + 2 * (number % 20) + 1
        made = {"vmid": vmid, "name": f"g{number}", "scsi0": "local-lvm:1", "description": "made"}
        yield f"vm {vmid}", "made", lambda data=made: caller.call("POST", f"{NODE}/qemu", data)
        cloned = {"newid": twin, "description": "cloned"}
        yield f"vm {twin}", "cloned", lambda v=vmid, d=cloned: caller.call("POST", f"{NODE}/qemu/{v}/clone", d)
        changed = {"description": f"changed {number}", "delete": "name"}
        yield (
            f"vm {vmid}",
            f"changed {number}",
            lambda v=vmid, d=changed: caller.call("PUT", f"{NODE}/qemu/{v}/config", d),
        )
        yield f"run {twin}", "running", lambda v=twin: caller.call("POST", f"{NODE}/qemu/{v}/status/start")
        yield f"run {twin}", "stopped", lambda v=twin: caller.call("POST", f"{NODE}/qemu/{v}/status/stop")
        yield f"vm {vmid}", GONE, lambda v=vmid: caller.call("DELETE", f"{NODE}/qemu/{v}")
        # The state of a thing that is gone is nobody's business any more.
        yield f"run {twin}", "running", lambda v=twin: caller.call("POST", f"{NODE}/qemu/{v}/status/start")
        yield f"run {twin}", "stopped", lambda v=twin: caller.call("POST", f"{NODE}/qemu/{v}/status/stop")
        yield f"vm {twin}", GONE, lambda v=twin: caller.call("DELETE", f"{NODE}/qemu/{v}")


def users(caller: Caller, prefix: str) -> Iterator[Step]:
    """Users that come, get another comment and go."""
    for number in itertools.count():
        user = f"{prefix}{number % 15}@pve"
        made = {"userid": user, "comment": "made", "password": "a-password"}
        yield f"user {user}", "made", lambda data=made: caller.call("POST", "/access/users", data)
        changed = {"comment": f"changed {number}"}
        yield f"user {user}", changed["comment"], lambda u=user, d=changed: caller.call("PUT", f"/access/users/{u}", d)
        yield f"user {user}", GONE, lambda u=user: caller.call("DELETE", f"/access/users/{u}")


def images(caller: Caller, prefix: str) -> Iterator[Step]:
    """ISO images, small ones and some that are too large for the log, that are uploaded and deleted."""
    for number in itertools.count():
        name, size = f"{prefix}{number}.iso", 1000 + 400_000 * (number % 3 == 0) + number
        yield f"iso {name}", size, lambda n=name, s=size: _upload(caller, n, s)
        if number % 2:
            path = f"{NODE}/storage/local/content/local:iso/{name}"
            yield f"iso {name}", GONE, lambda p=path: caller.call("DELETE", p)


def _upload(caller: Caller, name: str, size: int) -> requests.Response:
    form = {"content": "iso"}
    files = {"filename": (name, b"x" * size, "application/octet-stream")}
    return caller.call("POST", f"{NODE}/storage/local/upload", form, files=files)


def bridges(caller: Caller, first: int) -> Iterator[Step]:
    """Bridges of the node that wait to be applied, each with a comment that changes."""
    for number in itertools.count():
        name = f"vmbr{first + number % 5}"
        verb, path = ("PUT", f"{NODE}/network/{name}") if number >= 5 else ("POST", f"{NODE}/network")
        data = {"iface": name, "type": "bridge", "comments": f"round {number}"}
        if verb == "PUT":
            del data["iface"]
        yield f"bridge {name}", f"round {number}", lambda v=verb, p=path, d=data: caller.call(v, p, d)


def look(caller: Caller, thing: str) -> Value:
    """The value that a thing has now."""
    kind, _, name = thing.partition(" ")
    if kind == "vm":
        config = caller.get(f"{NODE}/qemu/{name}/config")
        return config["description"].strip() if config else GONE
    if kind == "run":
        status = caller.get(f"{NODE}/qemu/{name}/status/current")
        return status["status"] if status else GONE
    if kind == "user":
        user = caller.get(f"/access/users/{name}")
        return user["comment"] if user else GONE
    if kind == "iso":
        rows = {row["volid"]: row["size"] for row in caller.get(f"{NODE}/storage/local/content?content=iso")}
        return rows.get(f"local:iso/{name}", GONE)
    interface = caller.get(f"{NODE}/network/{name}")
    return interface["comments"].strip() if interface else GONE
