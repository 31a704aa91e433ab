"""A lab stays on the daemon it was brought up on, and a private one is the default."""

from pathlib import Path

import pytest

from fixtures.errors import LabError
from sim.daemon import daemon_of
from sim.paths import LabFolder
from sim.private_libvirt import PrivateLibvirt
from sim.progress import Silent


@pytest.fixture
def folder(tmp_path: Path) -> LabFolder:
    return LabFolder(tmp_path / "dvntm")


def test_without_a_wish_the_daemon_is_private(folder: LabFolder) -> None:
    daemon = daemon_of(folder, None)

    assert daemon.private == PrivateLibvirt(folder.daemon)
    assert not daemon.is_running


def test_a_named_daemon_is_not_ours_to_stop(folder: LabFolder) -> None:
    daemon = daemon_of(folder, "qemu:///system")

    assert daemon.private is None
    assert daemon.stop() is False
    assert daemon.proxy_command() is None


def test_later_commands_find_the_daemon_of_the_lab(folder: LabFolder) -> None:
    daemon_of(folder, "qemu:///system").ensure_running(Silent())

    assert daemon_of(folder, None).uri == "qemu:///system"


def test_a_lab_is_not_brought_up_on_two_daemons(folder: LabFolder) -> None:
    daemon_of(folder, "qemu:///system").ensure_running(Silent())

    with pytest.raises(LabError) as caught:
        daemon_of(folder, "test:///default")

    assert str(caught.value) == (
        'lab dvntm: it lives on qemu:///system, not on test:///default; take it down first: "labctl sim down dvntm"'
    )


def test_a_daemon_of_another_machine_is_refused(folder: LabFolder) -> None:
    with pytest.raises(LabError, match="a libvirt elsewhere cannot use them; name a libvirt of this machine"):
        daemon_of(folder, "qemu+ssh://root@lab-host/system")


def test_a_private_daemon_that_does_not_run_has_no_namespace(folder: LabFolder) -> None:
    with pytest.raises(LabError, match="it has just ended"):
        daemon_of(folder, None).proxy_command()


def test_a_socket_path_that_linux_cannot_take_is_refused_before_anything_starts(tmp_path: Path) -> None:
    private = PrivateLibvirt(tmp_path / ("x" * 100))

    with pytest.raises(LabError, match="set XDG_STATE_HOME to a shorter path"):
        private.ensure_running()

    assert private.process() is None


def test_stopping_a_daemon_that_does_not_run_is_nothing(tmp_path: Path) -> None:
    PrivateLibvirt(tmp_path).stop()

    assert PrivateLibvirt(tmp_path).process() is None


def test_only_the_daemon_of_the_folder_is_found(tmp_path: Path) -> None:
    import subprocess

    impostor = subprocess.Popen(["sh", "-c", "exec sleep 60", "labctl-libvirt", str(tmp_path / "other")])
    try:
        assert PrivateLibvirt(tmp_path).process() is None
    finally:
        impostor.kill()
        impostor.wait()
