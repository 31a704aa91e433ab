"""The fake beside fakepve 0.5.0: the same lab, the same client, turn by turn; only ratios count."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest

from tests.bench.lab import Keys, make_keys, write_etc_pve, write_guests_json
from tests.bench.load import cycles_per_second, requests_per_second
from tests.bench.processes import Server, free_port, ours, running, theirs
from tests.bench.rival import interpreter

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed"),
]

ROUNDS = int(os.environ.get("LABCTL_BENCH_ROUNDS", "5"))
SECONDS = int(os.environ.get("LABCTL_BENCH_SECONDS", "2"))
FEW, MANY = 100, 10_000
Measure = Callable[[Server], float]


@dataclass(frozen=True)
class Pair:
    """Both servers with the same guests; `kept` is the fake once more, with a state folder."""

    fake: Server
    rival: Server
    kept: Server


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="session")
def python(folder: Path) -> Path:
    try:
        return interpreter(folder / "rival")
    except subprocess.CalledProcessError:
        pytest.skip("fakepve cannot be installed here")


@pytest.fixture(scope="session")
def keys(folder: Path) -> Keys:
    return make_keys(folder)


@contextlib.contextmanager
def pair(folder: Path, python: Path, keys: Keys, count: int) -> Iterator[Pair]:
    etc_pve, guests = write_etc_pve(folder / "pve", count), write_guests_json(folder / "guests.json", count)
    ports = [free_port() for _ in range(3)]
    state = ("--state", str(folder / "state"))
    with (
        running(ours(ports[0], "--seed", str(etc_pve)), ports[0]) as fake,
        running(theirs(ports[1], python, guests, keys), ports[1]) as rival,
        running(ours(ports[2], "--seed", str(etc_pve), *state), ports[2]) as kept,
    ):
        yield Pair(fake, rival, kept)


@pytest.fixture(scope="session")
def few(folder: Path, python: Path, keys: Keys) -> Iterator[Pair]:
    (folder / "few").mkdir()
    with pair(folder / "few", python, keys, FEW) as both:
        yield both


@pytest.fixture(scope="session")
def many(folder: Path, python: Path, keys: Keys) -> Iterator[Pair]:
    (folder / "many").mkdir()
    with pair(folder / "many", python, keys, MANY) as both:
        yield both


def ratio(what: str, fake: Server, rival: Server, measure: Measure) -> float:
    """How many times as much one server does as the other: the median of each, measured in turns."""
    turns = [(measure(fake), measure(rival)) for _ in range(ROUNDS)]
    own, other = median(turn[0] for turn in turns), median(turn[1] for turn in turns)
    tell(what, own, other)
    return own / other


def tell(what: str, own: float, other: float) -> None:
    print(f"\n{what:<54} {own:>10.2f} {other:>10.2f} {own / other:>7.2f}x")


def served(path: str, connections: int = 8) -> Measure:
    return lambda server: requests_per_second(f"{server.url}{path}", connections=connections, seconds=SECONDS)


def cycled(server: Server) -> float:
    return cycles_per_second(server.url, seconds=SECONDS)


def test_version(few: Pair) -> None:
    assert ratio("GET /version, 8 connections", few.fake, few.rival, served("/version")) >= 1.5


@pytest.mark.parametrize("path", ["/nodes/hv01/qemu", "/cluster/resources"])
def test_lists_of_many_guests(many: Pair, path: str) -> None:
    assert ratio(f"GET {path}, 10,000 guests", many.fake, many.rival, served(path, 4)) >= 20


def test_memory(many: Pair) -> None:
    """Before the cycles: the faster server would be charged for the task logs of the guests it made meanwhile."""
    requests_per_second(f"{many.fake.url}/cluster/resources", connections=1, seconds=1)
    requests_per_second(f"{many.rival.url}/cluster/resources", connections=1, seconds=1)
    assert ratio("memory with 10,000 guests, MiB", many.fake, many.rival, lambda server: server.memory_mib) <= 1.5


def test_cycles_with_few_guests(few: Pair) -> None:
    assert ratio("clone, poll, delete, poll, 100 guests", few.fake, few.rival, cycled) >= 1.5


def test_cycles_with_many_guests(many: Pair) -> None:
    assert ratio("clone, poll, delete, poll, 10,000 guests", many.fake, many.rival, cycled) >= 8


def test_what_durability_costs(few: Pair, many: Pair) -> None:
    few_left = ratio("the same with --state, 100 guests, share left", few.kept, few.fake, cycled)
    many_left = ratio("the same with --state, 10,000 guests, share left", many.kept, many.fake, cycled)

    assert few_left > 0.05
    assert many_left > 0.05


def test_start(folder: Path, python: Path, keys: Keys) -> None:
    (folder / "start").mkdir()
    etc_pve, nothing = write_etc_pve(folder / "start" / "pve", MANY), write_guests_json(folder / "nothing.json", 0)
    turns = []
    for _ in range(ROUNDS):
        port = free_port()
        with running(ours(port, "--seed", str(etc_pve)), port) as fake:
            own = fake.started_s
        port = free_port()
        with running(theirs(port, python, nothing, keys), port) as rival:
            turns.append((own, rival.started_s))

    own, other = median(turn[0] for turn in turns), median(turn[1] for turn in turns)
    tell("start to first answer, s (10,000 guests, theirs none)", own, other)
    assert own / other <= 4
