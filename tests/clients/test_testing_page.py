"""The page for test writers, followed to its end: its examples are a suite that passes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.clients.pages import DOCS, blocks, read_through
from tests.clients.tools import own_bin

pytestmark = pytest.mark.clients

PAGE = "testing.md"


def test_the_examples_pass(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    count = sum(block.text.count("def test_") for block in blocks(DOCS / PAGE))

    with read_through(PAGE, tmp_path, [own_bin()]) as reading:
        said = reading.output

    assert f"{count} passed" in said
