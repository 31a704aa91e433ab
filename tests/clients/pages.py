"""The pages for users as programs: their blocks run in the order in which they are read, with ports that are free.

A fence says after its language what a block is: the name of a file that a reader writes, ``environment`` (kept for the
blocks after it), ``background`` (runs to the end of the page), ``install`` (what the client is installed by, which the
test does once for all runs), or nothing (runs now and has to succeed).
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
# The ports that pages name: of the node and of Prometheus' exporter.
PORTS = ("8006", "9221")
INSTALL = "install"
_BLOCK = re.compile(r"^```([a-z]+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_READY_TIMEOUT_S = 60


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the word after it ("" where there is none) and its text."""

    language: str
    role: str
    text: str


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page that name a language."""
    return [Block(*found) for found in _BLOCK.findall(page.read_text(encoding="utf-8"))]


def requirements(page: str) -> tuple[str, ...]:
    """What the block ``install`` of a page in `docs` has pip or npm install."""
    (block,) = [block for block in blocks(DOCS / page) if block.role == INSTALL]
    return tuple(block.text.partition(" install ")[2].split())


def free_port() -> int:
    """A port on loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Reading:
    """A page on the way through its blocks, in a folder of its own."""

    folder: Path
    ports: Mapping[str, int]
    environment: Mapping[str, str]
    output: str = ""
    prepared: str = ""
    background: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Where the node answers."""
        return self.ports["8006"]

    def take(self, block: Block) -> None:
        """Do what a reader does with a block."""
        text = re.sub("|".join(self.ports), lambda found: str(self.ports[found[0]]), block.text)
        if block.role == INSTALL:
            return
        if block.role == "environment":
            self.prepared += text
        elif block.role == "background":
            self._start(text)
        elif block.role:
            (self.folder / block.role).write_text(text, encoding="utf-8")
        elif block.language == "sh":
            self._run(text)

    def stop(self) -> None:
        """End what runs in the background."""
        for process in self.background:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(10)

    def _run(self, text: str) -> None:
        done = subprocess.run(
            ["sh", "-eu", "-c", self.prepared + text],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
        self.output += done.stdout

    def _start(self, text: str) -> None:
        with (self.folder / f"background-{len(self.background)}.log").open("w+") as log:
            process = subprocess.Popen(
                ["sh", "-eu", "-c", self.prepared + text],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
            self.background.append(process)
            (port,) = [port for port in self.ports.values() if f":{port}" in text]
            deadline = time.monotonic() + _READY_TIMEOUT_S
            while not _listens(port):
                log.seek(0)
                assert process.poll() is None, log.read()
                assert time.monotonic() < deadline, log.read()
                time.sleep(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def read_through(page: str, folder: Path, path: Sequence[Path]) -> Iterator[Reading]:
    """A page of `docs` with all its blocks done, the background still running; `path` comes first in PATH."""
    places = [*(str(place) for place in path), os.environ["PATH"]]
    environment = {**os.environ, "PATH": os.pathsep.join(places), "HOME": str(folder)}
    reading = Reading(folder, {port: free_port() for port in PORTS}, environment)
    try:
        for block in blocks(DOCS / page):
            reading.take(block)
        yield reading
    finally:
        reading.stop()
