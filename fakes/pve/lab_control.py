"""The control API beside the product's: faults, clock, reset, snapshots of the state, journal of the requests.

It lives under ``/_lab`` on the same listener, speaks JSON and asks for no login, so it is off unless asked for.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any, Protocol

import orjson

from fakes.pve.datacenter import Datacenter
from fakes.pve.faults import EFFECTS, Fault
from fakes.pve.http import JSON_TYPE, ApiError, Reply, Request
from fakes.pve.node import Node
from fakes.pve.states import State, restore_state, take_state
from fakes.pve.troubles import fill_storage, lock_guest, switch_node

PREFIX = "/_lab"
# The locks that Proxmox itself sets on guests.
LOCKS = ("backup", "clone", "create", "migrate", "rollback", "snapshot", "snapshot-delete", "suspending", "suspended")
_KEPT_REQUESTS = 2000
_FAULT_TYPES = {"status": (int,), "after": (int,), "times": (int, type(None)), "seconds": (int, float)}
Act = Callable[[list[str], dict[str, Any]], Any]


class Answers(Protocol):
    """What a transport needs: something that answers requests for a node."""

    @property
    def node(self) -> Node: ...

    @property
    def datacenter(self) -> Datacenter: ...

    def handle(self, request: Request) -> Reply: ...


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One request that was answered: when by the fake's clock, how, and how long that took."""

    n: int
    at: float
    client: str
    method: str
    target: str
    status: int
    reason: str
    seconds: float


class ControlError(Exception):
    """A control request that makes no sense; the text says what was expected."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class LabControl:
    """Answers ``/_lab/…`` itself and hands everything else to an API, keeping a journal of it."""

    def __init__(self, api: Answers) -> None:
        self._api = api
        self._first = take_state(api.datacenter)
        self._snapshots: dict[str, State] = {}
        self._journal: deque[JournalEntry] = deque(maxlen=_KEPT_REQUESTS)
        self._count = 0
        self._acts: dict[tuple[str, str], Act] = {
            ("GET", ""): lambda _path, _body: self._overview(),
            ("GET", "faults"): lambda _path, _body: self._faults(),
            ("POST", "faults"): lambda _path, body: self._add_fault(body),
            ("DELETE", "faults"): lambda path, _body: self._remove_faults(path),
            ("GET", "clock"): lambda _path, _body: {"now": self.datacenter.clock.now()},
            ("POST", "clock"): lambda _path, body: self._advance(body),
            ("POST", "reset"): lambda _path, _body: self._restore(self._first),
            ("GET", "snapshots"): lambda _path, _body: sorted(self._snapshots),
            ("POST", "snapshots"): self._snapshot,
            ("DELETE", "snapshots"): lambda path, _body: self._forget_snapshot(path),
            ("POST", "guests"): self._lock_guest,
            ("POST", "storages"): self._fill_storage,
            ("POST", "nodes"): self._switch_node,
            ("GET", "journal"): lambda _path, body: self._entries(body),
            ("DELETE", "journal"): lambda _path, _body: self._journal.clear(),
        }

    @property
    def node(self) -> Node:
        return self._api.node

    @property
    def datacenter(self) -> Datacenter:
        return self._api.datacenter

    def handle(self, request: Request) -> Reply:
        """The reply to a control request, or the API's own."""
        if request.target.split("?")[0].split("/")[1:2] == [PREFIX[1:]]:
            return self._control(request)
        begun = time.perf_counter()
        reply = self._api.handle(request)
        self._count += 1
        self._journal.append(
            JournalEntry(
                n=self._count,
                at=self.datacenter.clock.now(),
                client=request.client,
                method=request.method,
                target=request.target,
                status=reply.status,
                reason=reply.reason,
                seconds=time.perf_counter() - begun,
            )
        )
        return reply

    def _control(self, request: Request) -> Reply:
        path, _, query = request.target.partition("?")
        area, *rest = [part for part in path.split("/")[2:] if part] or [""]
        try:
            act = self._acts.get((request.method, area))
            if act is None:
                known = ", ".join(f"{verb} {PREFIX}/{name}" for verb, name in self._acts)
                raise ControlError(404, f"{request.method} {path} is no control request, expected one of {known}")
            answer = act(rest, _parameters(request, query))
        except ControlError as error:
            return Reply(error.status, str(error), orjson.dumps({"error": str(error)}), JSON_TYPE)
        finally:
            self.datacenter.flush()
        return Reply(200, "OK", orjson.dumps(answer), JSON_TYPE)

    def _overview(self) -> dict[str, Any]:
        return {
            "now": self.datacenter.clock.now(),
            "nodes": list(self.datacenter.nodes),
            "faults": len(self.datacenter.faults.by_id),
            "snapshots": sorted(self._snapshots),
            "requests": self._count,
        }

    def _faults(self) -> list[dict[str, Any]]:
        return [{"id": number, **asdict(fault)} for number, fault in self.datacenter.faults.by_id.items()]

    def _add_fault(self, body: dict[str, Any]) -> dict[str, int]:
        settable = {item.name for item in fields(Fault)} - {"seen", "struck"}
        unknown = sorted(set(body) - settable)
        if unknown or body.get("effect") not in EFFECTS:
            problem = f"unknown {', '.join(unknown)}" if unknown else f"effect is {body.get('effect')!r}"
            raise ControlError(400, f"{problem}, expected {', '.join(sorted(settable))}; effect: {', '.join(EFFECTS)}")
        wrong = [name for name, value in body.items() if not isinstance(value, _FAULT_TYPES.get(name, (str,)))]
        if wrong:
            raise ControlError(400, f"{', '.join(wrong)}: not of the right type")
        return {"id": self.datacenter.faults.add(Fault(**body))}

    def _remove_faults(self, path: list[str]) -> None:
        if not path:
            self.datacenter.faults.clear()
            return
        if not path[0].isdigit() or int(path[0]) not in self.datacenter.faults.by_id:
            raise ControlError(404, f"there is no fault {path[0]}")
        self.datacenter.faults.remove(int(path[0]))

    def _advance(self, body: dict[str, Any]) -> dict[str, float]:
        seconds = body.get("advance")
        if not isinstance(seconds, (int, float)) or seconds < 0:
            raise ControlError(400, f'"advance" is {seconds!r}, expected seconds, 0 or more')
        self.datacenter.advance(float(seconds))
        return {"now": self.datacenter.clock.now()}

    def _lock_guest(self, path: list[str], body: dict[str, Any]) -> None:
        """``{"lock": "backup"}`` or ``{"lock": null}`` for a guest."""
        lock = body.get("lock")
        if len(path) != 1 or not path[0].isdigit() or "lock" not in body or not (lock is None or lock in LOCKS):
            raise ControlError(400, f'expected POST {PREFIX}/guests/VMID with "lock": null or {", ".join(LOCKS)}')
        self._try(lambda: lock_guest(self.datacenter, int(path[0]), lock))

    def _fill_storage(self, path: list[str], body: dict[str, Any]) -> None:
        """``{"free": 0}`` fills a storage of a node up, ``{"free": null}`` gives the space back."""
        free, node = body.get("free"), body.get("node", self.node.name)
        is_number = free is None or (isinstance(free, int) and not isinstance(free, bool) and free >= 0)
        if len(path) != 1 or "free" not in body or not is_number or node not in self.datacenter.nodes:
            raise ControlError(
                400, f'expected POST {PREFIX}/storages/ID with "free": bytes or null, and a known "node"'
            )
        self._try(lambda: fill_storage(self.datacenter, path[0], free, node=node))

    def _switch_node(self, path: list[str], body: dict[str, Any]) -> None:
        """``{"online": false}`` lets a node be off, ``{"online": true}`` boots it."""
        is_online = body.get("online")
        if len(path) != 1 or path[0] not in self.datacenter.nodes or not isinstance(is_online, bool):
            known = ", ".join(self.datacenter.nodes)
            raise ControlError(400, f'expected POST {PREFIX}/nodes/NAME ({known}) with "online": true or false')
        switch_node(self.datacenter, path[0], is_online=is_online)

    @staticmethod
    def _try(change: Callable[[], None]) -> None:
        try:
            change()
        except ApiError as error:
            raise ControlError(400, error.message) from error

    def _snapshot(self, path: list[str], body: dict[str, Any]) -> Any:
        if path:
            if len(path) != 2 or path[1] != "restore":
                raise ControlError(404, f"expected POST {PREFIX}/snapshots/NAME/restore")
            return self._restore(self._known(path[0]))
        name = body.get("name")
        if not isinstance(name, str) or not name or "/" in name:
            raise ControlError(400, f'"name" is {name!r}, expected a text without slashes')
        self._snapshots[name] = take_state(self.datacenter)
        return {"name": name}

    def _forget_snapshot(self, path: list[str]) -> None:
        self._known(path[0] if path else "")
        del self._snapshots[path[0]]

    def _known(self, name: str) -> State:
        if name not in self._snapshots:
            raise ControlError(404, f"there is no snapshot {name!r}, only {sorted(self._snapshots)}")
        return self._snapshots[name]

    def _restore(self, state: State) -> None:
        restore_state(self.datacenter, state)

    def _entries(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        since = int(body.get("since", 0))
        return [asdict(entry) for entry in self._journal if entry.n > since]


def _parameters(request: Request, query: str) -> dict[str, Any]:
    """The JSON object in the body, else the query's ``name=number`` pairs."""
    if not request.body:
        pairs = (pair.partition("=") for pair in query.split("&") if pair)
        return {name: int(value) for name, _, value in pairs if value.isdigit()}
    try:
        value = json.loads(request.body)
    except ValueError as error:
        raise ControlError(400, f"the body is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise ControlError(400, "the body is no JSON object")
    return value
