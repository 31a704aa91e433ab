"""Handlers register by being there: no list of modules has to be kept."""

import subprocess
import sys
from pathlib import Path

from tests.structure.source import modules

ROOT = Path(__file__).parents[2]
LOADED = "import sys; from fakes.pve.api import load_routes; load_routes(); print(*sys.modules)"


def test_every_module_of_the_api_is_imported_with_it() -> None:
    present = {module.name for module in modules(ROOT, "fakes/pve/api")}

    done = subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=True)

    assert present <= set(done.stdout.split())
