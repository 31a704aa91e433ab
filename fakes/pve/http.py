"""What goes into the API and what comes out: requests, replies, errors and the routes that connect them.

Nothing here knows a transport; `fakes.inprocess` and `fakes.server` translate. Source: BEHAVIOUR, "HTTP surface".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

JSON_TYPE = "application/json;charset=UTF-8"
FORM_TYPE = "application/x-www-form-urlencoded"
TEXT_TYPE = "text/plain"
SERVER = "pve-api-daemon/3.0"
# Said where the fake itself fails; its log has the rest.
DEFECT = "the simulated node cannot carry this out; its log says why"


@dataclass(slots=True)
class Request:
    """One HTTP request as Proxmox's proxy sees it; `target` has its query string, `headers` is asked in lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    client: str = "127.0.0.1"


def standard_headers() -> dict[str, str]:
    """The headers that every reply of a real node's proxy has."""
    date = formatdate(usegmt=True)
    return {
        "Cache-Control": "max-age=0",
        "Date": date,
        "Pragma": "no-cache",
        "Server": SERVER,
        "Expires": date,
    }


@dataclass(slots=True)
class Reply:
    """One HTTP answer; `reason` is the status line's phrase, `delay_s` how long the real node would wait first."""

    status: int
    reason: str
    body: bytes = b""
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0


class ApiError(Exception):
    """An error the API answers: HTTP status, Proxmox's own words and, for a 400, one text per parameter.

    `message` has no trailing newline; the body gets it unless `bare`. `code_is_text` is what /api2/extjs shows:
    errors raised as API exceptions carry their status as text there, plain ones as a number.
    """

    def __init__(
        self, status: int, message: str, errors: Mapping[str, str] | None = None, *, bare: bool = False
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = dict(errors) if errors is not None else None
        self.bare = bare

    @property
    def code_is_text(self) -> bool:
        return self.status not in (500, 501)

    @property
    def text(self) -> str:
        """The error as it reads inside another error's message: an API exception's code and errors come along."""
        if not self.code_is_text:
            return self.message
        return "\n".join([f"{self.status} {self.message}", *(f"{k}: {v}" for k, v in (self.errors or {}).items())])


class ParameterError(ApiError):
    """A 400 whose `errors` name the parameters that were refused."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(400, "Parameter verification failed.", errors)


class ForbiddenError(ApiError):
    """A 403 that names what was missing, e.g. ``/nodes/hv01, Sys.Audit``, or only says that the check failed."""

    def __init__(self, what: str | None = None) -> None:
        super().__init__(403, f"Permission check failed ({what})" if what else "Permission check failed")


@contextmanager
def prefixed(what: str) -> Iterator[None]:
    """Turn an ApiError of the block into a plain 500 that begins with `what`, e.g. ``create user failed``."""
    try:
        yield
    except ApiError as error:
        raise ApiError(500, f"{what}: {error.text}") from error


class DoorError(Exception):
    """A 401 (or 403) before the API is reached: no body, no type, and (on a real node) three seconds of waiting."""

    def __init__(self, reason: str, *, status: int = 401) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


@dataclass(slots=True)
class Paged:
    """A list answer with the top-level `total` of paged lists, which Proxmox leaves out when it is 0."""

    data: Any
    total: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Rendered:
    """A ready-made JSON list in parts to be joined by commas, for lists too long to build anew at every request."""

    rows: Sequence[bytes]

    @property
    def data(self) -> bytes:
        """The whole list as JSON text."""
        return b"".join((b"[", b",".join(self.rows), b"]"))


@dataclass(slots=True)
class Download:
    """An answer that is a file, not JSON."""

    body: bytes
    content_type: str = TEXT_TYPE
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Route:
    """A handler with the method it serves; `kind` is what `labctl pve coverage` counts it as."""

    method: str
    path: str
    handler: Handler
    kind: str


ROUTES: dict[tuple[str, str], Route] = {}
KINDS = ("stateful", "read", "refusal", "fixed")


def route(method: str, path: str, *, kind: str = "") -> Callable[[Handler], Handler]:
    """Register the handler of one API method, e.g. ``@route("GET", "/nodes/{node}/qemu")``.

    `kind` is one of `KINDS`; by default GET is "read" (an answer made from state) and everything else "stateful".
    """
    chosen = kind or ("read" if method == "GET" else "stateful")
    if chosen not in KINDS:
        raise ValueError(f"kind of {method} {path} is {chosen!r}, expected one of {KINDS}")

    def register(handler: Handler) -> Handler:
        key = (method, path)
        if key in ROUTES and ROUTES[key].handler is not handler:
            raise ValueError(f"{method} {path} has two handlers")
        ROUTES[key] = Route(method, path, handler, chosen)
        return handler

    return register
