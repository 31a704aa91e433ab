"""A caller inside the process: calls API methods of an `Api` as root@pam, through the one dispatch point."""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping
from typing import Any

import orjson

from fakes.pve.api import load_routes
from fakes.pve.dispatch import Api
from fakes.pve.http import FORM_TYPE, ApiError, Request


class LocalClient:
    """Calls as root@pam; an error answer is raised as ApiError, a failed task likewise."""

    def __init__(self, api: Api) -> None:
        load_routes()
        self._api = api

    def get(self, path: str, /, **params: Any) -> Any:
        return self.call("GET", path, params)

    def post(self, path: str, /, **params: Any) -> Any:
        return self.call("POST", path, params)

    def put(self, path: str, /, **params: Any) -> Any:
        return self.call("PUT", path, params)

    def delete(self, path: str, /, **params: Any) -> Any:
        return self.call("DELETE", path, params)

    def call(self, verb: str, path: str, params: Mapping[str, Any]) -> Any:
        """The `data` of the answer to a call such as ``call("GET", "/nodes", {})``."""
        door = self._api.datacenter.door
        query = urllib.parse.urlencode([(name, str(value)) for name, value in params.items()])
        in_body = verb in ("POST", "PUT")
        headers = {
            "cookie": f"PVEAuthCookie={urllib.parse.quote(door.make_ticket('root@pam'), safe='')}",
            "csrfpreventiontoken": door.make_csrf("root@pam"),
            "content-type": FORM_TYPE,
        }
        target = f"/api2/json{path}" + (f"?{query}" if query and not in_body else "")
        reply = self._api.handle(Request(verb, target, headers, query.encode() if in_body else b""))
        body = orjson.loads(reply.body) if reply.body else {}
        if reply.status != 200:
            raise ApiError(reply.status, reply.reason, body.get("errors"))
        return body.get("data")

    def task(self, verb: str, path: str, /, **params: Any) -> str:
        """Like `call` for methods that start a task: lets time pass until it ended; ApiError where it failed."""
        upid = str(self.call(verb, path, params))
        task = self._api.datacenter.nodes[upid.split(":")[1]].tasks.tasks[upid]
        while task.is_running:
            due = self._api.node.tasks.next_due
            if due is None:
                raise ApiError(500, f"task {upid} never ends")
            self._api.datacenter.advance(max(0.0, due - self._api.datacenter.clock.now()))
        if task.exitstatus != "OK" and not str(task.exitstatus).startswith("WARNINGS"):
            raise ApiError(500, str(task.exitstatus))
        return upid
