"""Waiting for a node: from the first sign on its console until SSH lets us in."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from fixtures.errors import LabError, Problem
from sim.access import SshEndpoint
from sim.initrd import FAILURE_MARKER
from sim.progress import Progress
from sim.recipe import READY_MARKER

_POLL_S = 0.5
_SSH_TIMEOUT_S = 30
_HINT = 'a node that still runs can be looked at with "labctl sim console --interactive"'


class NodeStartError(LabError):
    """A node that was started and cannot be logged in to."""

    exit_code = 1


def wait_until_ready(
    name: str,
    console: Path,
    *,
    is_running: Callable[[], bool],
    endpoint: Callable[[], SshEndpoint],
    timeout_s: float,
    progress: Progress,
) -> float:
    """Seconds until SSH let us in. NodeStartError with the end of the console log when it does not.

    SSH is not tried before the console says that it listens: half-open attempts slow an emulated node down.
    """
    start = time.monotonic()
    progress.during(f"{name}: booting")
    while READY_MARKER not in _text(console):
        _check(name, console, is_running, timeout_s - (time.monotonic() - start))
        time.sleep(_POLL_S)
    progress.during(f"{name}: services are up after {time.monotonic() - start:.0f} s, waiting for SSH")
    complaint = "it has no address yet"
    while True:
        try:
            command = endpoint().command("true")
        except LabError as error:
            complaint = str(error)
        else:
            complaint = _login_complaint(command)
            if not complaint:
                return time.monotonic() - start
        _check(name, console, is_running, timeout_s - (time.monotonic() - start), complaint)
        time.sleep(_POLL_S)


def _login_complaint(command: list[str]) -> str:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_SSH_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return f"SSH gave no answer within {_SSH_TIMEOUT_S} s"
    return (done.stderr.strip() or f"status {done.returncode}") if done.returncode else ""


def _check(name: str, console: Path, is_running: Callable[[], bool], remaining_s: float, complaint: str = "") -> None:
    text = _text(console)
    if FAILURE_MARKER in text:
        what = text[text.index(FAILURE_MARKER) :].splitlines()[0]
    elif not is_running():
        what = "it has switched itself off"
    elif remaining_s <= 0:
        what = f"it did not get ready in time{f': {complaint}' if complaint else ''}"
    else:
        return
    ending = "\n".join(f"  | {line}" for line in text.splitlines()[-8:] if line.strip()) or "  | (nothing)"
    raise NodeStartError(Problem(name, f"{what}; the end of its console:\n{ending}", _HINT))


def _text(console: Path) -> str:
    try:
        return console.read_text(errors="replace").replace("\r", "")
    except FileNotFoundError:
        return ""
