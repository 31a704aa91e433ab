"""One run of a command on a node: the API, what was typed, and what has been printed so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.pve.api import load_route
from fakes.pve.console import Console
from fakes.pve.dispatch import Api
from fakes.pve.guestconf import peek
from fakes.pve.guests import KINDS
from fakes.pve.http import ROUTES, ApiError
from fakes.pve.node import Node
from fakes.pve.schema import Method, Schema
from fakes.pve.tasks import Task


class Session:
    """A program at work as root@pam."""

    def __init__(self, api: Api, *, stdin: str = "", env: Mapping[str, str] | None = None) -> None:
        self.api = api
        self.stdin = stdin
        self.env: Mapping[str, str] = env or {}
        self.console = Console()
        self.exit_status = 0
        self._warned: set[int] = set()

    @property
    def node(self) -> Node:
        return self.api.node

    @property
    def schema(self) -> Schema:
        return self.api.datacenter.schema

    @property
    def is_utf8(self) -> bool:
        """True where the terminal's character set knows the signs that tables are drawn with."""
        locale = self.env.get("LC_ALL") or self.env.get("LC_CTYPE") or self.env.get("LANG") or "C.UTF-8"
        return locale.lower().replace("-", "").endswith("utf8")

    def read_line(self) -> str:
        """The next line that was typed."""
        line, _, self.stdin = self.stdin.partition("\n")
        return line

    def read_file(self, path: str) -> str | None:
        """The text of a file of the node, or None where there is none."""
        if path.startswith("/etc/pve/"):
            return self.api.datacenter.cfs.read(path.removeprefix("/etc/pve/"))
        return self.node.files.read(path.lstrip("/"))

    def print(self, text: str) -> None:
        """Write a text as it is to standard output."""
        self.console.out.append(text)

    def say(self, line: str = "") -> None:
        """Write a line to standard output."""
        self.console.say(line)

    def get(self, path: str, /, **params: Any) -> Any:
        """The answer of a GET method, named by its path with variables such as ``{node}``."""
        return self.call("GET", path, params)

    def call(self, verb: str, path: str, params: Mapping[str, Any]) -> Any:
        """The answer of a method, named by its path with variables; a task that it starts is watched to its end."""
        method = self.schema.methods[verb, path]
        given = dict(params)
        if "{node}" in method.path:
            given.setdefault("node", self.node.name)
        return self.perform(method, given)

    def perform(self, method: Method, given: dict[str, Any]) -> Any:
        """Call a method; a task that it starts is watched to its end and its log printed."""
        self._warn_of_configs(method, given)
        if (method.verb, method.path) not in ROUTES:
            load_route(method.verb, method.path)
        result = self.api.perform(method, dict(sorted(given.items())), self.console)
        if isinstance(result, str) and result.startswith("UPID:"):
            self.watch(result)
        return result

    def _warn_of_configs(self, method: Method, given: Mapping[str, Any]) -> None:
        """Print what cannot be read of the configurations that a method reads, once for each guest."""
        kind = method.path.split("/")[3] if method.path.startswith("/nodes/{node}/") else ""
        if kind not in KINDS.values():
            return
        datacenter = self.api.datacenter
        asked = given.get("vmid") if "{vmid}" in method.path else None
        numbers = datacenter.guests.on(self.node.name, kind) if asked is None else [asked]
        for number in numbers:
            place = datacenter.guests.find(int(number)) if str(number).isdigit() else None
            if place is None or place.kind != kind or place.vmid in self._warned:
                continue
            self._warned.add(place.vmid)
            for warning in peek(datacenter, place.vmid, kind, node=place.node).warnings:
                self.console.complain(f"vm {place.vmid} - {warning}")

    def watch(self, upid: str) -> None:
        """Let time pass until a task ended, and print its log; its error goes to standard error."""
        task = self.task(upid)
        queue = self.node.tasks
        while task.is_running and queue.next_due is not None:
            clock = self.api.datacenter.clock
            self.api.datacenter.advance(max(0.0, queue.next_due - clock.now()))
        lines = [line for line in queue.log_lines(task) if not line.startswith("TASK ")]
        for line in lines:
            self.say(line)
        if has_failed(task):
            self.console.complain(str(task.exitstatus))
        self.api.datacenter.flush()

    def task(self, upid: str) -> Task:
        """The task of a UPID; ApiError where the node knows none."""
        task = self.node.tasks.find(upid)
        if task is None:
            raise ApiError(500, f"no such task '{upid}'")
        return task


def has_failed(task: Task) -> bool:
    """True where a task ended with an error; warnings are none."""
    status = str(task.exitstatus)
    return status != "OK" and not status.startswith("WARNINGS")
