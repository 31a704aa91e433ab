"""The fake over HTTPS: one aiohttp server per node.

aiohttp is used because Proxmox's error text lives in the HTTP reason phrase, which it can carry.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import trustme
from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_parser import RawRequestMessage
from aiohttp.web_protocol import RequestHandler

from fakes.pve.api import load_routes
from fakes.pve.dispatch import DroppedError
from fakes.pve.http import Reply, Request
from fakes.pve.lab_control import Answers
from fakes.wire import CommonHeaders, WireResponse

CA_FILE = "pve-root-ca.pem"
CLOSE_TIMEOUT_S = 1.0
MAX_BODY_BYTES = 64 * 1024**3
_FOREVER_S = 3600.0
_LOG = logging.getLogger("labctl.pve")


@dataclass(frozen=True)
class Certificates:
    """A fresh authority and the server certificate it signed."""

    authority: trustme.CA
    server: trustme.LeafCert

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.configure_cert(context)
        return context

    def write_authority(self, path: Path) -> None:
        """Write the authority's certificate, which clients need to trust the server."""
        self.authority.cert_pem.write_to_path(str(path))


def make_certificates(*names: str) -> Certificates:
    """An authority and a certificate for host names and addresses."""
    authority = trustme.CA(organization_name="labctl")
    return Certificates(authority, authority.issue_cert(*names))


def kept_certificates(folder: Path, *names: str) -> Certificates:
    """Certificates whose authority is kept in a folder, so that clients which trust it go on doing so."""
    certificate, key = folder / CA_FILE, folder / "pve-root-ca.key"
    if not key.exists():
        made = make_certificates(*names)
        key.touch(mode=0o600)
        key.write_bytes(made.authority.private_key_pem.bytes())
        made.write_authority(certificate)
        return made
    authority = trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
    return Certificates(authority, authority.issue_cert(*names))


def make_server(api: Answers) -> web.Server:
    """The aiohttp server (a protocol factory) that answers from an `Api` or a `LabControl`."""
    load_routes()
    common = CommonHeaders()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        try:
            reply = api.handle(await _asked(request))
        except DroppedError as error:
            if error.hangs:
                await asyncio.sleep(_FOREVER_S)
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        except Exception as error:  # noqa: BLE001 (a defect of the fake must not look like a network problem)
            _LOG.exception("%s %s failed", request.method, request.path)
            what = f"the fake itself failed: {type(error).__name__}: {error}"
            reply = Reply(500, what.partition("\n")[0], f"{what}\n".encode())
        if reply.delay_s:
            await asyncio.sleep(reply.delay_s)
        return WireResponse(reply, common)

    def make_request(
        message: RawRequestMessage,
        payload: StreamReader,
        protocol: RequestHandler,
        writer: AbstractStreamWriter,
        task: asyncio.Task[None],
    ) -> web.BaseRequest:
        loop = asyncio.get_running_loop()
        return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=MAX_BODY_BYTES)

    return web.Server(answer, request_factory=make_request, access_log=None)


async def _asked(request: web.BaseRequest) -> Request:
    return Request(
        method=request.method,
        target=request.raw_path,
        headers=request.headers,
        body=await request.read() if request.can_read_body else b"",
        client=request.remote or "",
    )


def new_event_loop() -> asyncio.AbstractEventLoop:
    """The fastest event loop that is installed."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


class Listener:
    """A listening socket with the connections it accepted."""

    def __init__(self, protocols: web.Server, server: asyncio.Server) -> None:
        self._protocols = protocols
        self._server = server
        self.port: int = server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and cut every connection; a client that keeps one open is not waited for."""
        self._server.close()
        for connection in list(self._protocols.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await self._protocols.shutdown(CLOSE_TIMEOUT_S)
        # The transports close in the loop's next rounds.
        await asyncio.sleep(0.01)


async def listen(api: Answers, host: str, port: int, context: ssl.SSLContext | None) -> Listener:
    """Start serving; with port 0 the listener says which one it got."""
    protocols = make_server(api)
    return Listener(protocols, await asyncio.get_running_loop().create_server(protocols, host, port, ssl=context))


@dataclass(frozen=True)
class Running:
    """A server at work: where it listens and the file with the certificate to trust."""

    host: str
    port: int
    ca_file: Path

    @property
    def url(self) -> str:
        return f"https://{self.host}:{self.port}"


@contextlib.contextmanager
def serving(api: Answers, folder: Path, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[Running]:
    """Serve an `Api` over HTTPS from a thread of its own while the block runs; `folder` gets the CA file."""
    certificates = make_certificates(host, "localhost", api.node.name)
    ca_file = folder / CA_FILE
    certificates.write_authority(ca_file)
    loop = new_event_loop()
    listener = loop.run_until_complete(listen(api, host, port, certificates.context()))
    thread = threading.Thread(target=loop.run_forever, name=f"pve-{api.node.name}", daemon=True)
    thread.start()
    try:
        yield Running(host, listener.port, ca_file)
    finally:
        asyncio.run_coroutine_threadsafe(listener.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
