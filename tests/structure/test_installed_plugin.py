"""The pytest plugin from an installed wheel: a clean environment, nothing of the checkout on its path, with xdist."""

import os
import re
import shutil
import subprocess
import venv
from pathlib import Path

import pytest

from tests.clients.pages import DOCS, blocks

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
COUNT = 100

# Measures how long a fresh node takes, and looks whether another test left something.
ISOLATION = f"""
import statistics, time
import pytest

SETUPS = []

@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef):
    begun = time.perf_counter()
    result = yield
    if fixturedef.argname == "pve":
        SETUPS.append(time.perf_counter() - begun)
    return result

def pytest_sessionfinish(session):
    if len(SETUPS) > {COUNT // 4}:
        with open(f"setups-{{session.config.workerinput['workerid']}}", "w") as report:
            report.write(str(statistics.median(SETUPS)))
"""

ALONE = f"""
import pytest
import fakes

@pytest.mark.parametrize("turn", range({COUNT}))
def test_alone(turn, pve):
    assert not list(pve.datacenter.access.pools)
    with pve.datacenter.edit_access() as access:
        access.users["root@pam"].comment = "changed"
    assert len([line for line in pve.datacenter.cfs.read("user.cfg").splitlines() if "changed" in line]) == 1

def test_alone_over_https(pve_server):
    pve_server.api.pools.post(poolid="mine")

def test_alone_over_https_again(pve_server):
    pve_server.api.pools.post(poolid="mine")

def test_installed():
    assert "site-packages" in fakes.__file__
"""


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that holds the wheel, what it needs, and xdist."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    interpreter = folder / "bin" / "python"
    install = [str(interpreter), "-m", "pip", "install", "--quiet", str(wheel), "pytest-xdist"]
    done = subprocess.run(install, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode != 0 and re.search("connection|No matching distribution|resolve|timed out", done.stderr, re.I):
        pytest.skip(f"pip reaches no index: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    return interpreter


def run_pytest(python: Path, folder: Path) -> str:
    """What pytest with two workers says of a folder, with every warning an error."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    done = subprocess.run(
        [python, "-I", "-m", "pytest", "-q", "-n", "2", "-W", "error", "-p", "no:cacheprovider"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_each_test_has_a_fresh_node(python: Path, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(ISOLATION)
    (tmp_path / "test_alone.py").write_text(ALONE)

    said = run_pytest(python, tmp_path)
    medians = [float(report.read_text()) for report in tmp_path.glob("setups-*")]

    print("a fresh node, median per worker:", ", ".join(f"{median * 1e6:.0f} µs" for median in medians))
    assert f"{COUNT + 3} passed" in said
    assert len(medians) == 2


def test_the_examples_for_test_writers_pass(python: Path, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl, which one of the examples runs, is not installed")
    examples = [block for block in blocks(DOCS / "testing.md") if block.role.startswith("test_")]
    for example in examples:
        (tmp_path / example.role).write_text(example.text)

    said = run_pytest(python, tmp_path)

    assert f"{sum(example.text.count('def test_') for example in examples)} passed" in said
