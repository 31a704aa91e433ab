"""How results and errors look on the wire: /api2/json with HTTP statuses, /api2/extjs always 200."""

from __future__ import annotations

from typing import Any

import orjson

from fakes.pve.body import PlainError
from fakes.pve.http import JSON_TYPE, ApiError, Download, Paged, Rendered, Reply

FORMATS = ("json", "extjs")
_HEADS = {"json": b'{"data":', "extjs": b'{"success":1,"data":'}


def success(shape: str, data: Any, headers: dict[str, str], delay_s: float = 0.0) -> Reply:
    """The reply to a call that went well."""
    if isinstance(data, Download):
        return Reply(200, "OK", data.body, data.content_type, {**headers, **data.headers}, delay_s)
    tail = b"}"
    if isinstance(data, Paged):
        more = {**data.extra, "total": data.total} if data.total else data.extra
        if more:
            tail = b"," + orjson.dumps(more)[1:]
        data = data.data
    return Reply(200, "OK", _body(_HEADS[shape], data, tail), JSON_TYPE, headers, delay_s)


def _body(head: bytes, data: Any, tail: bytes) -> bytes:
    if not isinstance(data, Rendered):
        return head + orjson.dumps(data) + tail
    if not data.rows:
        return head + b"[]" + tail
    # Joined in one go, because the first of the rows may be megabytes.
    first, *others = data.rows
    return b"".join((head, b"[", first, *(part for row in others for part in (b",", row)), b"]", tail))


def failure(shape: str, error: ApiError, delay_s: float = 0.0) -> Reply:
    """The reply to a call that failed; the reason phrase is the message's first line."""
    message = error.message if error.bare else f"{error.message}\n"
    body: dict[str, Any] = {"data": None, "message": message}
    if error.errors is not None:
        body["errors"] = error.errors
    if shape == "extjs":
        body["success"] = 0
        body["status"] = str(error.status) if error.code_is_text else error.status
        return Reply(200, "OK", orjson.dumps(body), JSON_TYPE, delay_s=delay_s)
    return Reply(error.status, error.message.partition("\n")[0], orjson.dumps(body), JSON_TYPE, delay_s=delay_s)


def plain(error: PlainError) -> Reply:
    """The reply to a request that never reached the API: text without a content type."""
    return Reply(error.status, error.reason, error.text.encode(), None)
