"""Load on a server by wrk, a client in C: what it measures is the server and not itself."""

from __future__ import annotations

import itertools
import re
import subprocess
from pathlib import Path

from tests.bench.lab import HEADER

_NUMBERS = itertools.count(20_000)
CYCLES = Path(__file__).with_name("cycles.lua")


def requests_per_second(url: str, *, connections: int, seconds: int) -> float:
    """How many answers a second a GET gets over connections that stay open."""
    told = _wrk("-c", str(connections), "-d", f"{seconds}s", "-H", HEADER, url)
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert found, told
    assert "Non-2xx" not in told, told
    return float(found[1])


def cycles_per_second(url: str, *, seconds: int) -> float:
    """How many rounds of clone, poll, delete, poll one connection gets done a second."""
    # A guest of its own for every run, because the end of a run leaves one behind.
    newid = str(next(_NUMBERS))
    told = _wrk("-c", "1", "-d", f"{seconds}s", "-s", str(CYCLES), url, "--", HEADER.partition(": ")[2], newid)
    found = re.search(r"cycles (\d+) in ([\d.]+)", told)
    assert found, told
    assert "trouble" not in told, told
    return int(found[1]) / float(found[2])


def _wrk(*arguments: str) -> str:
    return subprocess.run(["wrk", "-t", "1", *arguments], capture_output=True, text=True, check=True).stdout
