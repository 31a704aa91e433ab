"""Parameters of a request from its query string and body: form, JSON and multipart, with Proxmox's refusals.

Source: BEHAVIOUR, "Bodies" and "Seen through other clients' acceptance tests".
"""

from __future__ import annotations

import json
import re
import urllib.parse
from typing import Any

from fakes.pve.http import FORM_TYPE, Request

MAX_FORM_BYTES = 64 * 1024
_PLACE = "at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line"
_BOUNDARY = re.compile(r"boundary\s*=\s*\"?([^\s\";,]+)")
_DISPOSITION = re.compile(rb"content-disposition\s*:\s*form-data(.*)", re.IGNORECASE)
_NAME = re.compile(r";\s*name\s*=\s*\"?([^\";]*)")
_FILENAME = re.compile(r";\s*filename\s*=\s*\"?([^\";]*)")


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
    for pair in query.replace(";", "&").split("&"):
        if not pair:
            continue
        # A raw second = cuts the value.
        key, _, value = pair.partition("=")
        name = urllib.parse.unquote_plus(key)
        text = urllib.parse.unquote_plus(value.partition("=")[0])
        if name in result:
            former = result[name]
            result[name] = [*former, text] if isinstance(former, list) else [former, text]
        else:
            result[name] = text
    return result


def check_content(request: Request, *, is_upload: bool) -> None:
    """PlainError for a body that the proxy does not take: wrong method, type or size."""
    if "transfer-encoding" in request.headers:
        encoding = request.headers["transfer-encoding"].lower()
        known = "chunked transfer encoding not supported"
        raise PlainError(501, known if encoding == "chunked" else f"Unknown transfer encoding '{encoding}'")
    if not request.body:
        return
    if request.method not in ("POST", "PUT"):
        raise PlainError(501, f"Unexpected content for method '{request.method}'")
    content_type = request.headers.get("content-type", "")
    kind = _kind(content_type)
    if is_upload and kind == "multipart/form-data":
        return
    if kind not in ("", FORM_TYPE, "application/json"):
        raise PlainError(506, f"upload 'Content-Type '{content_type}' not implemented")
    if len(request.body) > MAX_FORM_BYTES:
        raise PlainError(501, "for data too large")


def body_params(request: Request) -> tuple[dict[str, Any], tuple[str, bytes] | None]:
    """The parameters in a body that passed `check_content` and, for an upload, the file's name and content."""
    content_type = request.headers.get("content-type", "")
    kind = _kind(content_type)
    if kind == "application/json":
        return _json(request.body), None
    if kind == "multipart/form-data" and request.body:
        return _multipart(content_type, request.body)
    return query_params(request.body.decode("utf-8", "replace")), None


def _kind(content_type: str) -> str:
    return content_type.partition(";")[0].strip()


def _json(body: bytes) -> dict[str, Any]:
    text = body.decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except ValueError as error:
        reason = f"{json_problem(text, error)} {_PLACE} 917."
        raise PlainError(500, reason, reason + "\n") from None
    if not isinstance(value, dict):
        reason = f"Not a HASH reference {_PLACE} 957."
        raise PlainError(500, reason, reason + "\n")
    return {name: _scalar(item) for name, item in value.items()}


def json_problem(text: str, error: ValueError) -> str:
    """The words of Proxmox's JSON reader for what Python's could not read in a text."""
    problem = getattr(error, "msg", "")
    position = len(text) if problem.startswith("Unterminated string") else getattr(error, "pos", 0)
    rest = text[position:]
    before = (rest[:20] + "..." if len(rest) > 20 else rest) or "(end of string)"
    return f'{_json_words(problem, text, rest)}, at character offset {position} (before "{before}")'


def _json_words(problem: str, text: str, rest: str) -> str:
    if problem.startswith("Expecting property name"):
        return "'\"' expected"
    if problem.startswith("Expecting ':'"):
        return "':' expected"
    if problem.startswith("Expecting ','"):
        is_object = text.lstrip().startswith("{")
        return f", or {'} expected while parsing object/hash' if is_object else '] expected while parsing array'}"
    if problem.startswith("Extra data"):
        return "garbage after JSON object"
    if problem.startswith("Unterminated string"):
        return "unexpected end of string while parsing JSON string"
    for word in ("null", "true", "false"):
        if rest.startswith(word[0]):
            return f"'{word}' expected"
    return "malformed JSON string, neither tag, array, object, number, string or atom"


def _scalar(item: Any) -> Any:
    if isinstance(item, bool):
        return int(item)
    if isinstance(item, float):
        return str(int(item)) if item.is_integer() else str(item)
    return item


def _multipart(content_type: str, body: bytes) -> tuple[dict[str, Any], tuple[str, bytes] | None]:
    """The fields and the file of a form; the file's field must be called ``filename``."""
    found = _BOUNDARY.search(content_type)
    if not found:
        raise PlainError(506, f"upload 'Content-Type '{content_type}' not implemented")
    params: dict[str, Any] = {}
    upload: tuple[str, bytes] | None = None
    separator = b"--" + found[1].encode()
    start = body.find(separator)
    while start >= 0:
        start += len(separator)
        end = body.find(b"\n" + separator, start)
        if body[start : start + 2] == b"--" or end < 0:
            break
        head, _, content = _cut(body[start:end])
        disposition = _DISPOSITION.search(head)
        fields = disposition[1].decode("utf-8", "replace") if disposition else ""
        name, filename = _NAME.search(fields), _FILENAME.search(fields)
        if not name or (filename and name[1] != "filename"):
            raise PlainError(501, "upload failed")
        if filename:
            upload = filename[1], content
            params[name[1]] = filename[1]
        else:
            params[name[1]] = content.decode("utf-8", "replace")
        start = end + 1
    if upload is None:
        raise PlainError(501, "upload failed")
    return params, upload


def _cut(part: bytes) -> tuple[bytes, bytes, bytes]:
    """Header, separator and content of one part, whose last line break belongs to the boundary."""
    separator = b"\r\n\r\n" if b"\r\n\r\n" in part else b"\n\n"
    head, middle, content = part.partition(separator)
    return head, middle, content.removesuffix(b"\r")
