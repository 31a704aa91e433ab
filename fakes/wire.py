"""Replies as bytes on a connection, with the headers that a real node's proxy sends.

aiohttp's own response would add a Content-Type where a real node sends none, and builds every header anew.
"""

from __future__ import annotations

import gzip
import time
from typing import Any

from aiohttp import web

from fakes.pve.http import Reply, standard_headers

_COMPRESSED_FROM = 1025
_DRAINED_FROM = 64 * 1024


class CommonHeaders:
    """The header lines every reply has, made once a second because of the date in them."""

    def __init__(self) -> None:
        self._second = 0
        self._open = self._closing = ""

    def lines(self, *, stays_open: bool) -> str:
        """The lines, each with its line break, for a connection that stays open or is closed."""
        second = int(time.time())
        if second != self._second:
            self._second = second
            lines = "".join(f"{name}: {value}\r\n" for name, value in standard_headers().items())
            self._open, self._closing = f"Connection: Keep-Alive\r\n{lines}", f"Connection: close\r\n{lines}"
        return self._open if stays_open else self._closing


class WireResponse(web.StreamResponse):
    """A `Reply` that writes itself to the connection in one piece; after an error the connection is closed."""

    def __init__(self, reply: Reply, common: CommonHeaders) -> None:
        super().__init__(status=reply.status)
        self._reply = reply
        self._common = common
        self._stays_open = False

    @property
    def keep_alive(self) -> bool | None:
        """True where the client may send its next request over the same connection."""
        return self._stays_open

    async def prepare(self, request: web.BaseRequest) -> Any:
        """Send everything: status line, headers and body."""
        reply, transport = self._reply, request.transport
        if transport is None:
            return None
        body, encoding = _encoded(reply.body, request.headers.get("Accept-Encoding", ""))
        self._stays_open = request.keep_alive and reply.status < 400
        version = request.version
        head = f"HTTP/{version.major}.{version.minor} {reply.status} {_one_line(reply.reason)}\r\n"
        head += self._common.lines(stays_open=self._stays_open)
        if encoding:
            head += f"Content-Encoding: {encoding}\r\n"
        if body or self._stays_open:
            head += f"Content-Length: {len(body)}\r\n"
        if reply.content_type:
            head += f"Content-Type: {reply.content_type}\r\n"
        for name, value in reply.headers.items():
            head += f"{name}: {value}\r\n"
        if len(body) < _DRAINED_FROM:
            transport.write(head.encode() + b"\r\n" + body)
            return None
        transport.write(head.encode() + b"\r\n")
        transport.write(body)
        await request.writer.drain()
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing is left to send."""


def _one_line(reason: str) -> str:
    """A reason phrase that cannot end its line early, whatever a client made Proxmox repeat."""
    return reason if reason.isprintable() else "".join(char if char.isprintable() else " " for char in reason)


def _encoded(body: bytes, accepted: str) -> tuple[bytes, str]:
    """A body as it is sent: compressed where it is worth it and the client can take it."""
    if len(body) >= _COMPRESSED_FROM and "gzip" in accepted:
        return gzip.compress(body, 1, mtime=0), "gzip"
    return body, ""
