"""The servers of a comparison as processes: started, timed until they answer, weighed, stopped."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.lab import HEADER, SECRET, TOKEN, Keys
from tests.bench.rival import LAUNCHER

PATIENCE_S = 120.0


@dataclass(frozen=True)
class Server:
    """A server at work, and how long it took from its start to its first answer."""

    port: int
    pid: int
    started_s: float

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}/api2/json"

    @property
    def memory_mib(self) -> float:
        """What it holds in memory now."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmRSS:\s+(\d+)", status)
        assert found
        return int(found[1]) / 1024


def ours(port: int, *options: str) -> list[str]:
    """The command line of the fake."""
    listen = f"127.0.0.1:{port}"
    return [sys.executable, "-m", "fakes.cli", "serve", "--node", "hv01", "--listen", listen, *options]


def theirs(port: int, python: Path, guests: Path, keys: Keys) -> list[str]:
    """The command line of fakepve."""
    certificate, key = str(keys.certificate), str(keys.key)
    return [str(python), "-c", LAUNCHER, str(guests), str(port), certificate, key, TOKEN, SECRET]


@contextlib.contextmanager
def running(command: Sequence[str], port: int) -> Iterator[Server]:
    """A server process while the block runs."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, env={**os.environ, "LABCTL_ROOT_PASSWORD": "bench-password"}
    )
    try:
        _wait_for_answer(port, process)
        yield Server(port, process.pid, time.perf_counter() - began)
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _wait_for_answer(port: int, process: subprocess.Popen[bytes]) -> None:
    context = ssl._create_unverified_context()
    name, _, value = HEADER.partition(": ")
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=PATIENCE_S)
        try:
            connection.request("GET", "/api2/json/version", headers={name: value})
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.01)
        finally:
            connection.close()
    raise AssertionError(f"nothing answers on port {port}")
