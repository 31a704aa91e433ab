"""Replies as bytes on a connection, with the headers that a real node's proxy sends.

aiohttp's own response would add a Content-Type where a real node sends none, and builds every header anew.
"""

from __future__ import annotations

import gzip
import time
from email.utils import formatdate
from typing import Any

from aiohttp import web

from fakes.pve.http import SERVER, Reply

_COMPRESSED_FROM = 1025
_DRAINED_FROM = 64 * 1024


class Dates:
    """The current time as headers have it, made once a second."""

    def __init__(self) -> None:
        self._second = 0
        self._text = ""

    def now(self) -> str:
        second = int(time.time())
        if second != self._second:
            self._second, self._text = second, formatdate(second, usegmt=True)
        return self._text


class WireResponse(web.StreamResponse):
    """A `Reply` that writes itself to the connection in one piece; after an error the connection is closed."""

    def __init__(self, reply: Reply, dates: Dates) -> None:
        super().__init__(status=reply.status)
        self._reply = reply
        self._dates = dates
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
        date = self._dates.now()
        version = request.version
        lines = [
            f"HTTP/{version.major}.{version.minor} {reply.status} {reply.reason.replace(chr(13), ' ')}",
            "Cache-Control: max-age=0",
            "Connection: Keep-Alive" if self._stays_open else "Connection: close",
            f"Date: {date}",
            "Pragma: no-cache",
            f"Server: {SERVER}",
        ]
        if encoding:
            lines.append(f"Content-Encoding: {encoding}")
        if body or self._stays_open:
            lines.append(f"Content-Length: {len(body)}")
        if reply.content_type:
            lines.append(f"Content-Type: {reply.content_type}")
        lines.append(f"Expires: {date}")
        lines.extend(f"{name}: {value}" for name, value in reply.headers.items())
        transport.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        if len(body) >= _DRAINED_FROM:
            await request.writer.drain()
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing is left to send."""


def _encoded(body: bytes, accepted: str) -> tuple[bytes, str]:
    """A body as it is sent: compressed where it is worth it and the client can take it."""
    if len(body) >= _COMPRESSED_FROM and "gzip" in accepted:
        return gzip.compress(body, 1, mtime=0), "gzip"
    return body, ""
