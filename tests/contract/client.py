"""The client that contract tests talk through: plain HTTP with requests, whatever the transport underneath."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from fakes.pve.datacenter import Datacenter
from fakes.pve.node import Node

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """One reply: status line, headers and the parts of Proxmox's JSON body (None where there is none)."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes
    json: Any = None

    @property
    def data(self) -> Any:
        """The `data` of the body."""
        return self.json["data"] if isinstance(self.json, dict) else None

    @property
    def errors(self) -> dict[str, str]:
        """The text per refused parameter; empty where there is none."""
        return dict(self.json.get("errors", {})) if isinstance(self.json, dict) else {}

    @property
    def message(self) -> str | None:
        """The error message with its newline, as sent."""
        return self.json.get("message") if isinstance(self.json, dict) else None

    @property
    def total(self) -> int | None:
        return self.json.get("total") if isinstance(self.json, dict) else None


@dataclass
class Pve:
    """A caller of one fake node. `datacenter` is the state behind it, for arranging and for moving the clock.

    Parameters go into the query string of GET and DELETE and into a form body otherwise.
    """

    url: str
    datacenter: Datacenter
    session: requests.Session
    credentials: Mapping[str, str] = field(default_factory=dict)

    @property
    def node(self) -> Node:
        """The first node."""
        return next(iter(self.datacenter.nodes.values()))

    def get(self, path: str, params: Params | None = None, **more: Any) -> Answer:
        return self.call("GET", path, params, **more)

    def post(self, path: str, params: Params | None = None, **more: Any) -> Answer:
        return self.call("POST", path, params, **more)

    def put(self, path: str, params: Params | None = None, **more: Any) -> Answer:
        return self.call("PUT", path, params, **more)

    def delete(self, path: str, params: Params | None = None, **more: Any) -> Answer:
        return self.call("DELETE", path, params, **more)

    def call(
        self,
        method: str,
        path: str,
        params: Params | None = None,
        *,
        shape: str = "json",
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Answer:
        """Send a request below /api2/<shape>, or to the path as it is with ``shape=""``; `more` goes to requests."""
        url = f"{self.url}/api2/{shape}{path}" if shape else f"{self.url}{path}"
        place = "params" if method in ("GET", "DELETE") else "data"
        if params is not None:
            more[place] = params
        reply = self.session.request(method, url, headers={**self.credentials, **(headers or {})}, **more)
        is_json = reply.headers.get("Content-Type", "").startswith("application/json")
        return Answer(reply.status_code, reply.reason, reply.headers, reply.content, reply.json() if is_json else None)

    def with_credentials(self, credentials: Mapping[str, str]) -> Pve:
        """The same node, called with other headers."""
        return Pve(self.url, self.datacenter, self.session, credentials)

    def anonymous(self) -> Pve:
        return self.with_credentials({})

    def as_user(self, user: str) -> Pve:
        """The same node, called with a ticket of an existing user."""
        door = self.datacenter.door
        return self.with_credentials(
            {"Cookie": f"PVEAuthCookie={door.make_ticket(user)}", "CSRFPreventionToken": door.make_csrf(user)}
        )

    def with_token(self, token: str, secret: str) -> Pve:
        """The same node, called with an API token such as ``ci@pve!build``."""
        return self.with_credentials({"Authorization": f"PVEAPIToken={token}={secret}"})

    def new_user(self, user: str, acl: Mapping[str, str] | None = None) -> Pve:
        """Make a user with one role per ACL path, and call as that user."""
        assert self.post("/access/users", {"userid": user}).status == 200
        for path, role in (acl or {}).items():
            granted = self.put("/access/acl", {"path": path, "roles": role, "users": user})
            assert granted.status == 200, granted.reason
        return self.as_user(user)

    def task(self, upid: str) -> str:
        """The exit status of a task, time having moved on until it ended."""
        task = self.datacenter.nodes[upid.split(":")[1]].tasks
        for _ in range(10_000):
            status = self.get(f"/nodes/{upid.split(':')[1]}/tasks/{upid}/status").data
            if status["status"] == "stopped":
                return str(status["exitstatus"])
            due = task.next_due
            self.datacenter.advance(max(0.0, (due or 0) - self.datacenter.clock.now()))
        raise AssertionError(f"{upid} does not end")

    def log(self, upid: str) -> list[str]:
        """The lines of a task's log."""
        rows = self.get(f"/nodes/{upid.split(':')[1]}/tasks/{upid}/log", {"limit": 0}).data
        return [row["t"] for row in rows]
