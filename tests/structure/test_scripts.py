"""The shell scripts are executable, parse, and are clean by shellcheck."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.structure.source import files

ROOT = Path(__file__).parents[2]
SCRIPTS = [path for path in files(ROOT) if path.read_bytes().startswith((b"#!/bin/sh\n", b"#!/usr/bin/env bash\n"))]

each_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: str(path.relative_to(ROOT)))


def test_the_scripts_of_ci_are_among_them() -> None:
    assert {"run", "setup", "check"} <= {path.name for path in SCRIPTS}


@each_script
def test_a_script_is_executable(script: Path) -> None:
    assert os.access(script, os.X_OK)


@each_script
def test_a_script_has_no_finding_by_shellcheck(script: Path) -> None:
    shellcheck = shutil.which("shellcheck")
    if shellcheck is None:
        pytest.skip("shellcheck is not installed")

    done = subprocess.run([shellcheck, str(script)], capture_output=True, text=True, check=False)

    assert done.stdout == ""
    assert done.returncode == 0


def test_setup_refuses_a_part_that_it_does_not_know() -> None:
    done = subprocess.run([ROOT / ".ci/setup", "dev", "sin"], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr == "setup: no such part: sin (there are dev, sim, tools)\n"
