"""Everything that is missing is named at once, with what to install."""

from pathlib import Path

import pytest

from fixtures.errors import LabError
from sim import preflight
from sim.daemon import Daemon, daemon_of
from sim.paths import LabFolder


@pytest.fixture
def daemon(tmp_path: Path) -> Daemon:
    return daemon_of(LabFolder(tmp_path / "lab"), None)


@pytest.fixture
def no_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_args, **_options: None)


def checks(daemon: Daemon, cache: Path, *, nodes: int = 1) -> dict[str, preflight.Check]:
    return {check.name: check for check in preflight.inspect(daemon, cache, nodes=nodes, try_kvm=False)}


@pytest.mark.usefixtures("no_programs")
def test_a_missing_program_names_its_package(daemon: Daemon, tmp_path: Path) -> None:
    found = checks(daemon, tmp_path)

    assert found["mmdebstrap"] == preflight.Check("mmdebstrap", "problem", "not found", "apt-get install mmdebstrap")
    assert found["libvirtd"].hint == "apt-get install libvirt-daemon-system"


@pytest.mark.usefixtures("no_programs")
def test_all_problems_are_raised_at_once(daemon: Daemon, tmp_path: Path) -> None:
    with pytest.raises(LabError) as caught:
        preflight.require(daemon, tmp_path, nodes=1)

    assert {"qemu-img", "ssh-keygen", "dnsmasq", "mke2fs"} <= {problem.where for problem in caught.value.problems}


@pytest.mark.usefixtures("no_programs")
def test_a_daemon_of_somebody_else_needs_no_daemon_programs(tmp_path: Path) -> None:
    daemon = daemon_of(LabFolder(tmp_path / "lab"), "qemu+unix:///system?socket=/nonexistent")

    found = checks(daemon, tmp_path)

    assert "libvirtd" not in found
    assert found["libvirt"].state == "problem"


def test_more_nodes_than_the_memory_holds_are_a_problem(daemon: Daemon, tmp_path: Path) -> None:
    found = checks(daemon, tmp_path, nodes=100_000)

    assert found["memory"].state == "problem"
    assert "150000.0 GiB needed for 100000 node(s)" in found["memory"].found
    assert found["disk space"].state == "problem"


def test_an_image_that_is_not_built_yet_is_only_a_note(daemon: Daemon, tmp_path: Path) -> None:
    found = checks(daemon, tmp_path)

    assert found["node image"].state == "note"
    assert found["kvm"].found == "not tried"


def test_looking_leaves_nothing_behind(daemon: Daemon, tmp_path: Path) -> None:
    checks(daemon, tmp_path / "cache")

    assert list(tmp_path.iterdir()) == []
