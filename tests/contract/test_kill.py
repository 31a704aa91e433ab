"""A server that is killed at random moments under write load loses nothing it acknowledged."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.contract.writers import GONE, NODE, Caller, Ledger, bridges, guests, images, look, users, write

ROUNDS = int(os.environ.get("LABCTL_KILL_ROUNDS", "3"))
# So many kills in a row hit the same state folder.
BATCH = 5
PASSWORD = "kill-9-pw"


@dataclass(frozen=True)
class Served:
    """A server process and how to reach it."""

    process: subprocess.Popen[str]
    url: str
    ca_file: str

    def caller(self) -> Caller:
        return Caller(self.url, self.ca_file, PASSWORD)


@contextlib.contextmanager
def server(state: Path) -> Iterator[Served]:
    """A server on a state folder; it is killed at the end at the latest."""
    command = [sys.executable, "-m", "fakes.cli", "serve", "--listen", "127.0.0.1:0", "--state", str(state)]
    process = subprocess.Popen(
        command, env={**os.environ, "LABCTL_ROOT_PASSWORD": PASSWORD}, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        words = process.stdout.readline().split()
        assert words, "the server did not start"
        yield Served(process, words[0], words[-1])
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def load_and_kill(served: Served, seconds: float, round_number: int) -> list[Ledger]:
    """Write with several hands, kill the server after a while; gives what each hand knows."""
    sources = [
        guests(served.caller(), 1000),
        guests(served.caller(), 2000),
        users(served.caller(), f"a{round_number}x"),
        users(served.caller(), f"b{round_number}x"),
        images(served.caller(), f"r{round_number}x"),
        bridges(served.caller(), 10 + 10 * round_number),
    ]
    ledgers = [Ledger() for _ in sources]
    hands = [threading.Thread(target=write, args=pair) for pair in zip(ledgers, sources, strict=True)]
    for hand in hands:
        hand.start()
    time.sleep(seconds)
    served.process.kill()
    for hand in hands:
        hand.join()
    return ledgers


def losses(caller: Caller, ledgers: list[Ledger]) -> list[str]:
    """Every thing that is not what was acknowledged."""
    found = []
    for ledger in ledgers:
        gone = {
            thing.split()[1] for thing in ledger.things() if thing.startswith("vm") and GONE in ledger.allowed(thing)
        }
        for thing in sorted(ledger.things()):
            value, allowed = look(caller, thing), ledger.allowed(thing)
            if thing.startswith("run") and thing.split()[1] in gone:
                allowed.add(GONE)
            if value not in allowed:
                found.append(f"{thing} is {value!r}, acknowledged was {sorted(map(str, allowed))}")
        found += [f"{upid} is unknown" for upid in ledger.tasks[-50:] if not caller.get(f"{NODE}/tasks/{upid}/status")]
    return found


def contradictions(caller: Caller) -> list[str]:
    """Disks without a guest, guests without their disks, tasks that never end."""
    configs = {row["vmid"]: caller.get(f"{NODE}/qemu/{row['vmid']}/config") for row in caller.get(f"{NODE}/qemu")}
    named = {config["scsi0"].partition(",")[0] for config in configs.values() if config and "scsi0" in config}
    present = {row["volid"] for row in caller.get(f"{NODE}/storage/local-lvm/content")}
    return [
        *(f"guest {vmid} is listed but has no configuration" for vmid, config in configs.items() if not config),
        *(f"guest {vmid} is locked: {config['lock']}" for vmid, config in configs.items() if "lock" in (config or {})),
        *(f"{volid} is missing" for volid in sorted(named - present)),
        *(f"{volid} belongs to no guest" for volid in sorted(present - named)),
        *(f"{row['upid']} still runs" for row in caller.get(f"{NODE}/tasks?source=active") if "endtime" not in row),
    ]


def sweep(caller: Caller) -> None:
    """Remove the guests of a round, so that the next can make its own."""
    for row in caller.get(f"{NODE}/qemu"):
        caller.call("POST", f"{NODE}/qemu/{row['vmid']}/status/stop")
        caller.call("DELETE", f"{NODE}/qemu/{row['vmid']}")


def one_round(state: Path, seconds: float, number: int) -> tuple[int, list[str]]:
    """Load, kill, restart and look; gives the number of changes that were acknowledged, and what is wrong."""
    with server(state) as served:
        sweep(served.caller())
        ledgers = load_and_kill(served, seconds, number)
    with server(state) as served:
        caller = served.caller()
        problems = losses(caller, ledgers) + contradictions(caller)
    problems += [text for ledger in ledgers for text in ledger.refused]
    return sum(ledger.changes for ledger in ledgers), [f"round {number}: {text}" for text in problems]


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(-(-ROUNDS // BATCH)))
def test_nothing_acknowledged_is_lost_when_the_server_is_killed(batch: int, tmp_path: Path) -> None:
    chance = random.Random(batch)
    numbers = range(min(BATCH, ROUNDS - batch * BATCH))

    rounds = [one_round(tmp_path / "state", chance.uniform(0.05, 1.0), number) for number in numbers]

    problems = [problem for _, found in rounds for problem in found]
    assert not problems, "\n".join(problems[:40])
    assert sum(changes for changes, _ in rounds) > 5 * len(rounds)


def test_a_state_folder_serves_one_process_at_a_time(tmp_path: Path) -> None:
    with server(tmp_path) as served:
        second = subprocess.run(
            [Path(sys.executable).with_name("labctl"), "pve", "serve", "--listen", "127.0.0.1:0", "--state", tmp_path],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

        assert second.returncode == 2
        assert f"{tmp_path}: is in use by process {served.process.pid}; stop that one" in second.stderr
        assert "Traceback" not in second.stderr
