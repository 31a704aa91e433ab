"""The one place every request passes: `Api.handle`.

Order, as in Proxmox: authentication (401), path and method (501), a value given twice (400), methods closed to tokens
(403), permissions (403), the node in the path, parameters (400), faults, the method itself.
"""

from __future__ import annotations

import logging
import re
import urllib.parse
from typing import Any

import orjson

from fakes.pve.body import PlainError, body_params, check_content, query_params
from fakes.pve.call import Call, Upload
from fakes.pve.console import Console
from fakes.pve.datacenter import Datacenter
from fakes.pve.http import (
    DEFECT,
    ROUTES,
    ApiError,
    DoorError,
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
from fakes.pve.replies import FORMATS, failure, plain, success
from fakes.pve.schema import Method
from fakes.pve.tickets import credentials
from fakes.pve.usercfg import ROOT
from fakes.pve.webui import static_page

_LOG = logging.getLogger("labctl.pve")
AUTH_DELAY_S = 3.0
METHODS = frozenset({"GET", "POST", "PUT", "DELETE"})
_OPEN = frozenset(
    {
        ("GET", "/access/domains"),
        ("GET", "/access/ticket"),
        ("POST", "/access/ticket"),
        ("POST", "/access/openid/auth-url"),
        ("POST", "/access/openid/login"),
    }
)
_API_PATH = re.compile(r"/api2/+([a-z][a-z0-9]+)(/.*)?", re.DOTALL)
_UPLOAD = re.compile(r"/nodes/[^/]+/storage/([^/]+)/upload")
_NODE_NAME = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?")


class DroppedError(Exception):
    """An injected fault: the transport closes the connection, or (`hangs`) never answers."""

    def __init__(self, *, hangs: bool) -> None:
        super().__init__("hang" if hangs else "drop")
        self.hangs = hangs


class Api:
    """The API of one node; a transport hands it requests and sends its replies.

    `auth_delay_s` is how long a refused login takes; by default what the durations say of Proxmox's three seconds,
    which is nothing under the profile `instant`.
    """

    def __init__(self, datacenter: Datacenter, node: str | None = None, *, auth_delay_s: float | None = None) -> None:
        self.auth_delay_s = datacenter.durations.wait(AUTH_DELAY_S) if auth_delay_s is None else auth_delay_s
        self.adopt(datacenter, node)

    def adopt(self, datacenter: Datacenter, node: str | None = None) -> None:
        """Answer from another state from now on, e.g. a pristine one for the next test."""
        self.datacenter = datacenter
        self.node: Node = datacenter.nodes[node] if node else next(iter(datacenter.nodes.values()))

    def handle(self, request: Request) -> Reply:
        """The reply to a request, with everything it changed made durable.

        Raises `DroppedError` for such a fault, and while the node is off.
        """
        self.datacenter.settle()
        if not self.node.is_online:
            raise DroppedError(hangs=False)
        try:
            return self._answer(request)
        finally:
            self.datacenter.flush()

    def perform(self, method: Method, given: dict[str, Any], console: Console, *, user: str = ROOT) -> Any:
        """What a method gives to a program on the node itself, which needs no ticket; ApiError where it fails.

        `console` gets what the method prints there, whether it fails or not.
        """
        self.datacenter.settle()
        try:
            call = self._call(method, given, user, Request(method.verb, method.path))
            call.console = console
            self._strike(method.verb, re.sub(r"\{(\w+)\}", lambda name: str(given.get(name[1], "")), method.path))
            data = _carried_out(call)
            if isinstance(data, Paged):
                data = data.data
            return orjson.loads(data.data) if isinstance(data, Rendered) else data
        except PlainError as error:
            raise ApiError(error.status, error.reason) from error
        finally:
            self.datacenter.flush()

    def _answer(self, request: Request) -> Reply:
        if request.method not in METHODS:
            return Reply(501, f"method '{request.method}' not available")
        path, _, query = request.target.partition("?")
        if "%" in path:
            path = urllib.parse.unquote(path)
        if path.startswith("//"):
            path = "/" + path.lstrip("/")
        if not path.startswith("/api2"):
            return static_page(path, self.node.name)
        found = _API_PATH.fullmatch(path)
        if not found:
            return plain(PlainError(501, "no such uri"))
        shape, relative = found[1], found[2] or "/"
        upload = request.method == "POST" and _UPLOAD.fullmatch(relative)
        try:
            user, has_token = self._authenticate(request, relative, upload_to=upload[1] if upload else None)
            check_content(request, is_upload=bool(upload))
            if shape not in FORMATS:
                raise PlainError(501, f"no formatter for uri {relative}, {shape}")
            return self._respond(request, shape, relative, query, user, has_token=has_token)
        except DoorError as error:
            return Reply(error.status, error.reason.partition("\n")[0], delay_s=self.auth_delay_s)
        except PlainError as error:
            return plain(error)

    def _authenticate(self, request: Request, path: str, *, upload_to: str | None) -> tuple[str, bool]:
        """The caller, "" where the path needs none, and whether it came with an API token."""
        door, headers = self.datacenter.door, request.headers
        if (request.method, path) in _OPEN:
            return "", bool(credentials(headers).token)
        user = door.principal(headers)
        has_token = "!" in user
        if upload_to is not None:
            # Uploads need no CSRF token; the permission is checked at the door instead.
            needed = {"check": ["perm", f"/storage/{upload_to}", ["Datastore.AllocateTemplate"]]}
            try:
                Permissions(self.datacenter.access, user, {}).check(needed)
            except ForbiddenError as error:
                raise DoorError(error.message, status=403) from error
        elif request.method != "GET" and not has_token:
            door.check_csrf(user, headers.get("csrfpreventiontoken") or "")
        return user, has_token

    def _respond(self, request: Request, shape: str, path: str, query: str, user: str, *, has_token: bool) -> Reply:
        sent, upload = body_params(request) if request.method in ("POST", "PUT") else ({}, None)
        headers: dict[str, str] = {}
        try:
            found = self.datacenter.schema.find(path)
            method = found[0].methods.get(request.method) if found else None
            if found is None or method is None:
                raise ApiError(501, f"Method '{request.method} {path}' not implemented", bare=True)
            given = _merged(sent, query_params(query) if query else {}, found[1])
            if has_token and not method.allows_token:
                raise ForbiddenError(f"URI '{path}' not available with API token, need proper ticket.\n")
            if user and user != ROOT and not method.is_for_all:
                Permissions(self.datacenter.access, user, given).check(method.permission)
            call = self._call(method, given, user, request)
            call.upload = Upload(*upload) if upload else None
            call.reply_headers = headers
            delay_s = self._strike(method.verb, path)
            return success(shape, _carried_out(call), headers, delay_s)
        except ApiError as error:
            return failure(shape, error, self.auth_delay_s if error.status == 401 else 0.0)
        except (DoorError, PlainError, DroppedError):
            raise
        except Exception as error:  # noqa: BLE001 (a defect of the fake must not look like a broken connection)
            told = f"{type(error).__name__}: {error}"
            _LOG.error("%s %s: %s", request.method, path, told, exc_info=_LOG.isEnabledFor(logging.DEBUG))
            return failure(shape, ApiError(500, DEFECT))

    def _call(self, method: Method, given: dict[str, Any], user: str, request: Request) -> Call:
        """A call with its node found and its parameters checked."""
        return Call(
            datacenter=self.datacenter,
            node=self._target(method, given),
            method=method,
            params=verify(self.datacenter.schema, method, given),
            given=given,
            user=user,
            request=request,
        )

    def _target(self, method: Method, given: dict[str, Any]) -> Node:
        """The node a call is for; one that does not exist or does not answer is an error as its proxy reports it."""
        name = given.get("node")
        if method.proxy_to != "node" or name is None or name == self.node.name or name == "localhost":
            return self.node
        node = self.datacenter.nodes.get(str(name))
        if node is None:
            if not _NODE_NAME.fullmatch(str(name)):
                raise ParameterError({"node": "invalid format - value does not look like a valid node name\n"})
            raise ApiError(
                500,
                f"hostname lookup '{name}' failed - failed to get address info for: {name}: Name or service not known",
            )
        if not node.is_online:
            # The proxy itself answers, so there is no JSON around it.
            raise PlainError(595, "No route to host", "")
        return node

    def _strike(self, verb: str, path: str) -> float:
        """How long a fault delays this call; raises where one makes it fail."""
        faults = self.datacenter.faults
        if not faults.by_id:
            return 0.0
        fault = faults.meet(verb, "/" + "/".join(part for part in path.split("/") if part))
        if fault is None:
            return 0.0
        if fault.effect == "delay":
            return fault.seconds
        if fault.effect == "error":
            raise ApiError(fault.status, fault.message)
        raise DroppedError(hangs=fault.effect == "hang")


def _carried_out(call: Call) -> Any:
    """What the handler of a call gives."""
    route = ROUTES.get((call.method.verb, call.method.path))
    if route is None:
        raise call.missing_handler()
    return route.handler(call)


def _merged(sent: dict[str, Any], query: dict[str, Any], in_path: dict[str, str]) -> dict[str, Any]:
    """All parameters: the query's win over the body's, and the path's may only be repeated as they are."""
    if not sent and not query:
        return dict(in_path)
    given = {**sent, **query}
    # Browsers send it to get around caches.
    given.pop("_dc", None)
    for name, value in in_path.items():
        if name in given and str(given[name]) != value:
            raise ParameterError({name: "duplicate parameter (already defined in URI) with conflicting values!"})
        given[name] = value
    return given
