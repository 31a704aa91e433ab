"""The one place every request passes: `Api.handle`.

Order, as in Proxmox: authentication (401), path and method (501), a value given twice (400), methods closed to tokens
(403), permissions (403), the node in the path, parameters (400), faults, the method itself.
"""

from __future__ import annotations

import re
import urllib.parse
from typing import Any

import orjson

from fakes.pve.body import PlainError, body_params, query_params
from fakes.pve.call import Call, Upload
from fakes.pve.datacenter import Datacenter
from fakes.pve.faults import Fault
from fakes.pve.http import (
    JSON_TYPE,
    ROUTES,
    TEXT_TYPE,
    ApiError,
    DoorError,
    Download,
    ForbiddenError,
    Paged,
    ParameterError,
    Rendered,
    Reply,
    Request,
)
from fakes.pve.node import Node
from fakes.pve.params import verify
from fakes.pve.permissions import Permissions
from fakes.pve.schema import Method
from fakes.pve.webui import static_page

METHODS = frozenset({"GET", "POST", "PUT", "DELETE"})
FORMATS = ("json", "extjs")
_OPEN = frozenset({("GET", "/access/ticket"), ("POST", "/access/ticket"), ("GET", "/access/domains")})
_OPEN_PREFIX = "/access/openid"


class DroppedError(Exception):
    """An injected fault: the transport closes the connection, or (`hangs`) never answers."""

    def __init__(self, *, hangs: bool) -> None:
        super().__init__("hang" if hangs else "drop")
        self.hangs = hangs


class Api:
    """The API of one node; a transport hands it requests and sends its replies.

    `auth_delay_s` is how long a refused login takes: 3 on a real node, 0 by default.
    """

    def __init__(self, datacenter: Datacenter, node: str | None = None, *, auth_delay_s: float = 0.0) -> None:
        self.auth_delay_s = auth_delay_s
        self.adopt(datacenter, node)

    def adopt(self, datacenter: Datacenter, node: str | None = None) -> None:
        """Answer from another state from now on, e.g. a pristine one for the next test."""
        self.datacenter = datacenter
        self.node: Node = datacenter.nodes[node] if node else next(iter(datacenter.nodes.values()))

    def handle(self, request: Request) -> Reply:
        """The reply to a request, with everything it changed made durable. Raises `DroppedError` for such a fault."""
        self.datacenter.settle()
        try:
            return self._answer(request)
        finally:
            self.datacenter.flush()

    def _answer(self, request: Request) -> Reply:
        if request.method not in METHODS:
            return Reply(501, f"method '{request.method}' not available")
        raw_path, _, query = request.target.partition("?")
        path = re.sub("/{2,}", "/", urllib.parse.unquote(raw_path))
        if not path.startswith("/api2"):
            return static_page(path, self.node.name)
        parts = path.split("/", 3)
        if len(parts) < 3 or not parts[2]:
            return _plain(PlainError(501, "no such uri"))
        shape, relative = parts[2], "/" + (parts[3].rstrip("/") if len(parts) > 3 else "")
        try:
            user = self._user(request, relative)
            if shape not in FORMATS:
                raise PlainError(501, f"no formatter for uri {relative}, {shape}")
            found = self.datacenter.schema.find(relative)
            method = found[0].methods.get(request.method) if found else None
            takes_upload = method is not None and method.path.endswith("/upload")
            sent, upload = body_params(request, takes_upload=takes_upload)
        except DoorError as error:
            return Reply(401, error.reason, delay_s=self.auth_delay_s)
        except PlainError as error:
            return _plain(error)
        extra: dict[str, str] = {}
        try:
            if found is None or method is None:
                raise ApiError(501, f"Method '{request.method} {relative}' not implemented", bare=True)
            given = _merged(query_params(query), sent, found[1])
            data, delay_s = self._call(request, method, given, user, upload, extra)
        except ApiError as error:
            return self._failed(shape, error)
        if isinstance(data, Download):
            return Reply(200, "OK", data.body, data.content_type, data.headers, delay_s)
        return Reply(200, "OK", _body(shape, data), JSON_TYPE, extra, delay_s)

    def _user(self, request: Request, path: str) -> str:
        if (request.method, path) in _OPEN or path.startswith(_OPEN_PREFIX):
            return ""
        return self.datacenter.door.principal(request.method, request.headers)

    def _call(
        self,
        request: Request,
        method: Method,
        given: dict[str, Any],
        user: str,
        upload: tuple[str, bytes] | None,
        extra: dict[str, str],
    ) -> tuple[Any, float]:
        """What the method answers and how long a fault delays it."""
        if "!" in user and not method.allows_token:
            relative = method.path
            for name in method.path_params:
                relative = relative.replace(f"{{{name}}}", str(given[name]))
            raise ForbiddenError(f"URI '{relative}' not available with API token, need proper ticket.\n")
        permissions = Permissions(self.datacenter.access, user, given)
        if not (isinstance(method.permission, dict) and method.permission.get("user") == "world"):
            permissions.check(method.permission)
        node = self._target(method, given)
        params = verify(self.datacenter.schema, method, given)
        delay_s = self._strike(self.datacenter.faults.meet(method.verb, _concrete(method, params)))
        call = Call(
            datacenter=self.datacenter,
            node=node,
            method=method,
            params=params,
            given=given,
            user=user,
            request=request,
            upload=Upload(*upload) if upload else None,
            reply_headers=extra,
        )
        route = ROUTES.get((method.verb, method.path))
        if route is None:
            raise call.missing_handler()
        return route.handler(call), delay_s

    def _target(self, method: Method, given: dict[str, Any]) -> Node:
        """The node a call is for; one that does not exist or does not answer is an error as its proxy reports it."""
        name = given.get("node")
        if method.proxy_to != "node" or name is None or name in ("localhost", self.node.name):
            return self.node
        node = self.datacenter.nodes.get(str(name))
        if node is None:
            if not re.fullmatch(r"[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?", str(name)):
                raise ParameterError({"node": "invalid format - value does not look like a valid node name\n"})
            raise ApiError(
                500,
                f"hostname lookup '{name}' failed - failed to get address info for: {name}: Name or service not known",
            )
        if not node.is_online:
            raise ApiError(595, "No route to host")
        return node

    @staticmethod
    def _strike(fault: Fault | None) -> float:
        if fault is None:
            return 0.0
        if fault.effect == "delay":
            return fault.seconds
        if fault.effect == "error":
            raise ApiError(fault.status, fault.message)
        raise DroppedError(hangs=fault.effect == "hang")

    def _failed(self, shape: str, error: ApiError) -> Reply:
        message = error.message if error.bare else f"{error.message}\n"
        body: dict[str, Any] = {"data": None, "message": message}
        if error.errors is not None:
            body["errors"] = error.errors
        if shape == "extjs":
            body["success"] = 0
            body["status"] = str(error.status) if error.code_is_text else error.status
            return Reply(200, "OK", orjson.dumps(body), JSON_TYPE, delay_s=self._delay_of(error))
        reason = error.message.split("\n")[0]
        return Reply(error.status, reason, orjson.dumps(body), JSON_TYPE, delay_s=self._delay_of(error))

    def _delay_of(self, error: ApiError) -> float:
        return self.auth_delay_s if error.status == 401 else 0.0


def _merged(query: dict[str, Any], sent: dict[str, Any], in_path: dict[str, str]) -> dict[str, Any]:
    given = {**query, **sent}
    for name, value in in_path.items():
        if name in given and str(given[name]) != value:
            raise ParameterError({name: "duplicate parameter (already defined in URI) with conflicting values!"})
        given[name] = value
    return given


def _concrete(method: Method, params: dict[str, Any]) -> str:
    return re.sub(r"\{([^}]+)\}", lambda found: str(params.get(found[1], "")), method.path)


def _plain(error: PlainError) -> Reply:
    return Reply(error.status, error.reason, error.text.encode(), None)


def _body(shape: str, data: Any) -> bytes:
    head, tail = (b'{"success":1,"data":', b"}") if shape == "extjs" else (b'{"data":', b"}")
    total: int | None = None
    more: dict[str, Any] = {}
    if isinstance(data, Paged):
        total, more, data = data.total, data.extra, data.data
    text = data.data if isinstance(data, Rendered) else orjson.dumps(data)
    if total:
        more = {**more, "total": total}
    if more:
        tail = b"," + orjson.dumps(more)[1:]
    return head + text + tail


__all__ = ["FORMATS", "JSON_TYPE", "METHODS", "TEXT_TYPE", "Api", "DroppedError"]
