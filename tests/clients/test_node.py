"""npm's proxmox-api drives the fake, as the page on Node.js says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.pages import DOCS, blocks, read_through, requirements
from tests.clients.tools import node_package, own_bin

pytestmark = [pytest.mark.clients, pytest.mark.slow]

PAGE = "clients/node.md"


def test_every_step_of_the_program_succeeds(tmp_path: Path) -> None:
    package = node_package("node", *requirements(PAGE))
    (tmp_path / "node_modules").symlink_to(package / "node_modules")
    (program,) = [block.text for block in blocks(DOCS / PAGE) if block.role == "lab.mjs"]

    with read_through(PAGE, tmp_path, [own_bin()]) as reading:
        done = [line for line in reading.output.splitlines() if line.startswith("ok ")]

    print(f"proxmox-api: {len(done)} steps")
    assert len(done) == program.count("await step(") == 17
