"""The pages for proxmoxer and curl, followed to their end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.clients.pages import DOCS, blocks, read_through
from tests.clients.tools import own_bin

pytestmark = pytest.mark.clients


def test_proxmoxer(tmp_path: Path) -> None:
    with read_through("clients/proxmoxer.md", tmp_path, [own_bin()]) as reading:
        assert reading.output.splitlines() == ["101 metrics running", "9000 fedora stopped"]


def test_curl(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")

    with read_through("clients/curl.md", tmp_path, [own_bin()]) as reading:
        said = reading.output

    assert '"node":"hv01"' in said
    assert "}metrics{" in said
    assert '"message":"VM 101 is running - destroy failed\\n"' in said


@pytest.mark.parametrize("page", sorted((DOCS / "clients").glob("*.md")), ids=lambda page: page.stem)
def test_every_page_has_a_test_that_follows_it(page: Path) -> None:
    tests = "".join(test.read_text() for test in Path(__file__).parent.glob("test_*.py"))

    assert f'"clients/{page.name}"' in tests
    assert blocks(page)
