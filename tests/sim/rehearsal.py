"""One rehearsal of a node's life with the real commands: up, up again, looked at, audited, down."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LABCTL = Path(sys.executable).with_name("labctl")
SITE = "dvntm"
NODE = "hv01"

# A node that is emulated on a busy machine was seen to need two minutes.
UP = ("sim", "up", SITE, "--only", NODE, "--timeout", "900")

LOOK = """
hostname -f
cat /sys/class/dmi/id/product_name /sys/class/dmi/id/chassis_type
systemd-detect-virt
ip -4 -o addr show vmbr0
getent hosts metrics-vm01
systemctl is-system-running --wait
"""


@dataclass(frozen=True)
class Step:
    """A command that was run, with its outcome and what it took."""

    name: str
    returncode: int
    stdout: str
    stderr: str
    seconds: float


@dataclass
class Rehearsal:
    """What happened, step by step, and what the machine looked like before, meanwhile and afterwards."""

    environment: dict[str, str] = field(repr=False)
    steps: dict[str, Step] = field(default_factory=dict)
    namespace: str | None = None
    links_before: str = ""
    links_after: str = ""
    inhabitants_meanwhile: list[str] = field(default_factory=list)
    inhabitants_after: list[str] = field(default_factory=list)

    def run(self, name: str, *arguments: str, timeout_s: float = 600) -> Step:
        """Run ``labctl`` with these arguments and keep the outcome under `name`."""
        start = time.monotonic()
        done = subprocess.run(
            [LABCTL, *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        step = Step(name, done.returncode, done.stdout, done.stderr, time.monotonic() - start)
        self.steps[name] = step
        print(f"{name}: status {step.returncode} after {step.seconds:.1f} s")
        for line in (step.stdout + step.stderr).splitlines()[-20:]:
            print(f"    {line}")
        return step

    def json(self, name: str) -> Any:
        """What the step of that name printed, as JSON."""
        return json.loads(self.steps[name].stdout)

    @property
    def state(self) -> Path:
        """The folder that holds everything of the lab."""
        return Path(self.environment["XDG_STATE_HOME"])


def rehearse(folder: Path, *, audit: bool) -> Rehearsal:
    """Bring the node up and take it down, in a state folder of its own; the image cache is the user's."""
    environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state"), "NO_COLOR": "1"}
    environment.pop("LABCTL_LIBVIRT_URI", None)
    rehearsal = Rehearsal(environment, links_before=links())
    with _down_at_the_end(rehearsal):
        if rehearsal.run("up", *UP, timeout_s=1800).returncode == 0:
            rehearsal.namespace = _namespace_of_the_lab(rehearsal.state)
            rehearsal.inhabitants_meanwhile = inhabitants(rehearsal.namespace)
            rehearsal.run("look", "sim", "ssh", NODE, SITE, "--", LOOK)
            rehearsal.run("up again", *UP)
            rehearsal.run("status", "sim", "status", SITE, "--json")
            if audit:
                report = str(folder / "report")
                rehearsal.run("audit", "audit", SITE, "--target", "sim", "--node", NODE, "--out", report)
    return rehearsal


@contextmanager
def _down_at_the_end(rehearsal: Rehearsal) -> Iterator[None]:
    try:
        yield
    finally:
        rehearsal.run("down", "sim", "down", SITE)
        rehearsal.inhabitants_after = inhabitants(rehearsal.namespace)
        rehearsal.links_after = links()
        rehearsal.run("status afterwards", "sim", "status", SITE, "--json")


def links() -> str:
    """The network interfaces of this machine, by name."""
    return "\n".join(sorted(os.listdir("/sys/class/net")))


def inhabitants(namespace: str | None) -> list[str]:
    """The names of the programs that run in a network namespace."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and os.readlink(process / "ns/net") == namespace:
                found.append((process / "comm").read_text().strip())
        except OSError:
            continue
    return sorted(found)


def _namespace_of_the_lab(state: Path) -> str | None:
    """The network namespace of the QEMU that runs on a disk below the state folder."""
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and f"{state}/".encode() in (process / "cmdline").read_bytes():
                namespace = os.readlink(process / "ns/net")
                if (process / "comm").read_text().startswith("qemu"):
                    return namespace
        except OSError:
            continue
    return None
