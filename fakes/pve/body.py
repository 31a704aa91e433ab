"""Parameters of a request from its query string and body: form, JSON and multipart, with Proxmox's refusals.

Source: BEHAVIOUR, "Bodies" and "Seen through other clients' acceptance tests".
"""

from __future__ import annotations

import json
import re
import urllib.parse
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from fakes.pve.http import FORM_TYPE, Request


class PlainError(Exception):
    """An answer that is plain text with a status, made before the API is reached."""

    def __init__(self, status: int, reason: str, text: str | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.text = reason if text is None else text


def query_params(query: str) -> dict[str, Any]:
    """The parameters of a query string or form body; a repeated key gives a list, an unencoded ``;`` separates too."""
    result: dict[str, Any] = {}
    for pair in re.split("[&;]", query):
        if not pair:
            continue
        # A raw second = cuts the value.
        key, _, value = pair.partition("=")
        value = value.split("=", 1)[0]
        name = urllib.parse.unquote_plus(key)
        text = urllib.parse.unquote_plus(value)
        if name in result:
            former = result[name]
            result[name] = [*former, text] if isinstance(former, list) else [former, text]
        else:
            result[name] = text
    return result


def body_params(request: Request, *, takes_upload: bool) -> tuple[dict[str, Any], tuple[str, bytes] | None]:
    """The parameters in a body and, for an upload, the file's name and content."""
    if not request.body:
        return {}, None
    if request.method not in ("POST", "PUT"):
        raise PlainError(501, f"Unexpected content for method '{request.method}'")
    content_type = request.headers.get("content-type", "")
    kind = content_type.split(";")[0].strip().lower()
    if not kind or kind == FORM_TYPE:
        return query_params(request.body.decode("utf-8", "surrogateescape")), None
    if kind == "application/json":
        return _json(request.body), None
    if kind == "multipart/form-data" and takes_upload:
        return _multipart(content_type, request.body)
    raise PlainError(506, f"upload 'Content-Type '{content_type}' not implemented")


def _json(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        text = body.decode("utf-8", "replace")
        reason = (
            "malformed JSON string, neither tag, array, object, number, string or atom, "
            f'at character offset 0 (before "{text[:24]}") at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line 952.'
        )
        raise PlainError(500, reason, reason + "\n") from None
    if not isinstance(value, dict):
        reason = "Not a HASH reference at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line 957."
        raise PlainError(500, reason, reason + "\n")
    return {name: _scalar(item) for name, item in value.items()}


def _scalar(item: Any) -> Any:
    if isinstance(item, bool):
        return int(item)
    if isinstance(item, (int, float)):
        return str(item) if isinstance(item, float) else item
    return item


def _multipart(content_type: str, body: bytes) -> tuple[dict[str, Any], tuple[str, bytes] | None]:
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    params: dict[str, Any] = {}
    upload: tuple[str, bytes] | None = None
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            continue
        filename = part.get_filename()
        if filename is not None:
            upload = filename, content
            params[name] = filename
        else:
            params[name] = content.decode("utf-8", "surrogateescape")
    return params, upload
