"""Programs that tests drive and the project does not need: installed once, in a cache outside the checkout."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

_TIMEOUT_S = 900


def cache() -> Path:
    """The folder with the installed clients."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "labctl" / "clients"


@contextlib.contextmanager
def _alone(name: str) -> Iterator[Path]:
    """The folder of a client, while no other process installs it."""
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield cache() / name


def python_tool(name: str, *requirements: str) -> Path:
    """The bin folder of an environment with the requirements; skips the test where they cannot be had."""
    wanted = "\n".join(requirements)
    with _alone(name) as folder:
        done = folder / ".requirements"
        if not (done.exists() and done.read_text() == wanted):
            shutil.rmtree(folder, ignore_errors=True)
            venv.create(folder, with_pip=True)
            _install([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *requirements], folder)
            done.write_text(wanted)
        return folder / "bin"


def node_package(name: str, requirement: str) -> Path:
    """The folder whose node_modules holds the package; skips the test where node, npm or the package is missing."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed")
    with _alone(name) as folder:
        done = folder / ".requirements"
        if not (done.exists() and done.read_text() == requirement):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            _install([npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), requirement], folder)
            done.write_text(requirement)
        return folder


def _install(command: list[str], folder: Path) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_TIMEOUT_S)
    except (OSError, subprocess.SubprocessError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        said = str(getattr(error, "stderr", "") or error).strip().splitlines()
        pytest.skip(f"{command[-1]} cannot be installed: {said[-1] if said else error}")


def own_bin() -> Path:
    """Where `labctl` is installed."""
    return Path(sys.executable).parent
