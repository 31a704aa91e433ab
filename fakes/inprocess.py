"""The fake mounted on `responses`: requests and proxmoxer reach it in process, unchanged.

>>> with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
...     mount(mock, api, "https://hv01:8006")
...     ProxmoxAPI("hv01", user="root@pam", password="…", verify_ssl=False)
"""

from __future__ import annotations

import io
import re
from typing import Any

import requests
import responses
from requests import PreparedRequest
from urllib3.response import HTTPResponse

from fakes.pve.api import load_routes
from fakes.pve.dispatch import Api, DroppedError
from fakes.pve.http import Request, standard_headers


class ApiResponse(responses.BaseResponse):
    """Answers every request below a URL from an `Api`; keeps the reason phrase, which carries Proxmox's words."""

    def __init__(self, api: Api, base_url: str) -> None:
        super().__init__("ANY", re.compile(re.escape(base_url.rstrip("/")) + r"([/?].*)?", re.DOTALL))
        self._api = api

    def matches(self, request: PreparedRequest) -> tuple[bool, str]:
        found = isinstance(self.url, re.Pattern) and self.url.fullmatch(request.url or "")
        return (True, "") if found else (False, "URL does not match")

    def get_response(self, request: PreparedRequest) -> HTTPResponse:
        url = request.url or ""
        target = "/" + url.split("://", 1)[-1].partition("/")[2]
        asked = Request(
            method=request.method or "GET",
            target=target,
            headers={name.lower(): _text(value) for name, value in (request.headers or {}).items()},
            body=_content(request.body),
        )
        try:
            reply = self._api.handle(asked)
        except DroppedError as error:
            kind = requests.exceptions.ReadTimeout if error.hangs else requests.exceptions.ConnectionError
            raise kind("injected fault", request=request) from error
        headers = {**standard_headers(), **reply.headers}
        if reply.content_type:
            headers["Content-Type"] = reply.content_type
        return HTTPResponse(
            status=reply.status,
            reason=reply.reason,
            body=io.BytesIO(reply.body),
            headers=headers,
            preload_content=False,
        )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _content(body: Any) -> bytes:
    """A body of requests as bytes: a text, bytes, an open file or the pieces of a stream."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes):
        return body
    content: bytes = body.read() if hasattr(body, "read") else b"".join(body)
    return content


def mount(mock: responses.RequestsMock, api: Api, base_url: str) -> None:
    """Let `mock` answer all requests below `base_url`, e.g. ``https://hv01:8006``, from `api`."""
    load_routes()
    mock.add(ApiResponse(api, base_url))
