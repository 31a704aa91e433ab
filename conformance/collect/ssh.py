"""One OpenSSH session per node, through the user's own ssh and its configuration."""

from __future__ import annotations

import os
import re
import secrets
import selectors
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlsplit

from conformance.collect.output import Output
from conformance.collect.probes import Probe
from conformance.collect.script import done_line, render, take_apart
from fixtures.errors import LabError, Problem

CONNECT_TIMEOUT_S = 15
LOGIN_TIMEOUT_S = 60
BATCH_TIMEOUT_S = 600
HOST_NAME = re.compile(r"[A-Za-z0-9_.:\[\]-]+")

HINTS: tuple[tuple[str, str], ...] = (
    ("Host key verification failed", 'compare the host key, then accept it once with "ssh {host}"'),
    ("Permission denied", "put the auditor's key into authorized_keys there, or name it in ~/.ssh/config"),
    ("Connection refused", "is sshd running there, and is the port right?"),
    ("timed out", "is the node switched on and on this network?"),
    ("Could not resolve hostname", "use an address, or name the host in ~/.ssh/config"),
    ("No route to host", "is this machine on the management network?"),
)


class SshError(LabError):
    """A node that SSH cannot reach."""


@dataclass(frozen=True)
class Endpoint:
    """Where and how to reach a node by SSH; what is None is left to ssh's own configuration."""

    host: str
    port: int | None = None
    user: str | None = None
    identity_file: str | None = None
    proxy_command: str | None = None
    options: tuple[str, ...] = ()
    config_file: str | None = None

    @classmethod
    def from_url(cls, url: str) -> Endpoint:
        """The endpoint of ``ssh://user@host[:port]``; LabError for anything else."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise LabError(Problem(url, str(error), "write ssh://user@host[:port]")) from None
        extra = parts.path.strip("/") or parts.query or parts.fragment or parts.password
        if parts.scheme != "ssh" or not parts.hostname or extra:
            raise LabError(Problem(url, "not an SSH address", "write ssh://user@host[:port]"))
        return cls(host=parts.hostname, port=port, user=parts.username)

    def __str__(self) -> str:
        user = f"{self.user}@" if self.user else ""
        return f"ssh://{user}{self.host}{f':{self.port}' if self.port else ''}"

    def command(self) -> list[str]:
        """The ssh command line for a script on standard input."""
        for name in (self.host, self.user or "x"):
            if name.startswith("-") or not HOST_NAME.fullmatch(name):
                raise LabError(Problem(str(self), f"{name!r} cannot be part of an SSH address"))
        options = ["BatchMode=yes", f"ConnectTimeout={CONNECT_TIMEOUT_S}", "ServerAliveInterval=15", "RequestTTY=no"]
        options += [f"ProxyCommand={self.proxy_command}"] if self.proxy_command else []
        flags = [flag for option in (*options, *self.options) for flag in ("-o", option)]
        flags += ["-p", str(self.port)] if self.port else []
        flags += ["-l", self.user] if self.user else []
        flags += ["-i", self.identity_file] if self.identity_file else []
        flags += ["-F", self.config_file] if self.config_file else []
        return ["ssh", *flags, "--", self.host, "sh -s"]


class SshSession:
    """A shell on the node that scripts are fed to; the connection is made once, on entering."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the session)
        try:
            self._process = subprocess.Popen(
                endpoint.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._stderr
            )
        except OSError as error:
            self._stderr.close()
            raise SshError(Problem("ssh", error.strerror or str(error), "install an OpenSSH client")) from None
        try:
            self._exchange(lambda mark: f"printf '%s\\n' '{done_line(mark)}'\n", LOGIN_TIMEOUT_S)
        except BaseException:
            self.close()
            raise

    def run(self, probes: Sequence[Probe]) -> Mapping[str, Output]:
        """The outputs of the probes, all in one script."""
        text, mark = self._exchange(lambda mark: render(probes, mark), BATCH_TIMEOUT_S)
        return take_apart(text, mark)

    def now(self) -> float:
        """The time here."""
        return time.time()

    def close(self) -> None:
        """Leave the node."""
        if self._process.stdin and not self._process.stdin.closed:
            try:
                self._process.stdin.close()
            except OSError:
                self._process.kill()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        if not self._stderr.closed:
            self._stderr.close()

    def _exchange(self, script: Callable[[str], str], timeout_s: float) -> tuple[str, str]:
        mark = f"labctl-{secrets.token_hex(8)}"
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.write(script(mark).encode())
            stdin.flush()
        except OSError:
            raise self._lost() from None
        return self._until(f"\n{done_line(mark)}\n".encode(), time.monotonic() + timeout_s), mark

    def _until(self, end: bytes, deadline: float) -> str:
        stdout = self._process.stdout
        assert stdout is not None
        received = bytearray(b"\n")
        with selectors.DefaultSelector() as waiting:
            waiting.register(stdout, selectors.EVENT_READ)
            while not received.endswith(end):
                if not waiting.select(max(0.0, deadline - time.monotonic())):
                    self._process.kill()
                    raise SshError(Problem(str(self.endpoint), "timed out", _hint("timed out", self.endpoint.host)))
                chunk = os.read(stdout.fileno(), 65536)
                if not chunk:
                    raise self._lost()
                received += chunk
        return received.decode("utf-8", "replace")

    def _lost(self) -> SshError:
        self._process.wait()
        self._stderr.seek(0)
        words = self._stderr.read().decode("utf-8", "replace")
        lines = [line.strip() for line in words.splitlines() if line.strip() and not line.startswith("Warning:")]
        what = lines[-1] if lines else f"ssh ended with exit status {self._process.returncode}"
        return SshError(Problem(str(self.endpoint), what, _hint(words, self.endpoint.host)))


def _hint(words: str, host: str) -> str:
    return next((hint.format(host=host) for sign, hint in HINTS if sign in words), "")
