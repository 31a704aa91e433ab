"""prometheus-pve-exporter scrapes the fake, as the page on Prometheus says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.clients.pages import read_through, requirements
from tests.clients.tools import own_bin, python_tool

pytestmark = [pytest.mark.clients, pytest.mark.slow]

PAGE = "clients/prometheus.md"
SAMPLE = re.compile(r"^(pve_\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], float]:
    """What a scrape gives: the value by name and labels."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    tool = python_tool("exporter", *requirements(PAGE))
    folder: Path = tmp_path_factory.mktemp("prometheus")
    with read_through(PAGE, folder, [tool, own_bin()]):
        text = (folder / "metrics").read_text()
    found = {(name, labels): float(value) for name, labels, value in SAMPLE.findall(text)}
    print(f"prometheus-pve-exporter: {len(found)} samples")
    return found


def test_node_and_guest_are_up(samples: dict[tuple[str, str], float]) -> None:
    assert samples["pve_up", 'id="node/hv01"'] == 1
    assert samples["pve_up", 'id="qemu/101"'] == 1


def test_storages_are_up(samples: dict[tuple[str, str], float]) -> None:
    assert samples["pve_up", 'id="storage/hv01/local"'] == 1
    assert samples["pve_up", 'id="storage/hv01/local-lvm"'] == 1


def test_a_guest_shows_its_size_and_that_it_starts_with_the_node(samples: dict[tuple[str, str], float]) -> None:
    assert samples["pve_memory_size_bytes", 'id="qemu/101"'] == 1024**3
    assert samples["pve_disk_size_bytes", 'id="qemu/101"'] == 4 * 1024**3
    assert samples["pve_onboot_status", 'id="qemu/101",node="hv01",type="qemu"'] == 1


def test_the_version_is_told(samples: dict[tuple[str, str], float]) -> None:
    (labels,) = [labels for name, labels in samples if name == "pve_version_info"]

    assert 'version="8.4.1"' in labels


def test_a_guest_without_a_backup_is_counted(samples: dict[tuple[str, str], float]) -> None:
    assert samples["pve_not_backed_up_total", 'id="cluster/hv01"'] == 1
    assert samples["pve_not_backed_up_info", 'id="qemu/101"'] == 1
