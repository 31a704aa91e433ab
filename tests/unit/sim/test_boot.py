"""Waiting for a node ends with SSH, or with the reason on its console."""

import sys
from pathlib import Path

import pytest

from fixtures.errors import LabError, Problem
from sim.access import SshEndpoint
from sim.boot import NodeStartError, wait_until_ready
from sim.progress import Silent

HINT = 'a node that still runs can be looked at with "labctl sim console --interactive"'


class Endpoint(SshEndpoint):
    """A node whose login is a local command."""

    def command(self, *remote: str) -> list[str]:
        return [sys.executable, "-c", self.host]


def endpoint(program: str) -> SshEndpoint:
    return Endpoint(program, 22, "root", "", None, "", "hv01")


def wait(console: Path, *, login: str = "pass", is_running: bool = True, timeout_s: float = 0.0) -> float:
    return wait_until_ready(
        "hv01",
        console,
        is_running=lambda: is_running,
        endpoint=lambda: endpoint(login),
        timeout_s=timeout_s,
        progress=Silent(),
    )


@pytest.fixture
def console(tmp_path: Path) -> Path:
    path = tmp_path / "console.log"
    path.write_text("[    1.0] nvme nvme0: 8/0/0\r\nlabctl-node-ready\r\n")
    return path


def test_a_node_is_ready_when_its_console_says_so_and_ssh_lets_us_in(console: Path) -> None:
    assert wait(console) >= 0


def test_a_node_that_switches_itself_off_is_not_waited_for(tmp_path: Path) -> None:
    with pytest.raises(NodeStartError) as caught:
        wait(tmp_path / "console.log", is_running=False, timeout_s=60)

    assert str(caught.value) == f"hv01: it has switched itself off; the end of its console:\n  | (nothing); {HINT}"


def test_what_the_ramdisk_complains_about_is_the_reason(console: Path) -> None:
    console.write_text("loading\r\nlabctl-initrd-failed: no disk /dev/nvme0n1 after 30 s\r\n")

    with pytest.raises(NodeStartError) as caught:
        wait(console, timeout_s=60)

    assert "hv01: labctl-initrd-failed: no disk /dev/nvme0n1 after 30 s" in str(caught.value)


def test_a_node_that_is_not_ready_in_time_shows_the_end_of_its_console(console: Path) -> None:
    console.write_text("first\r\nlast\r\n")

    with pytest.raises(NodeStartError) as caught:
        wait(console)

    assert str(caught.value) == (
        f"hv01: it did not get ready in time; the end of its console:\n  | first\n  | last; {HINT}"
    )


def test_a_login_that_fails_is_quoted(console: Path) -> None:
    with pytest.raises(NodeStartError, match="it did not get ready in time: Permission denied;"):
        wait(console, login="raise SystemExit('Permission denied')")


def test_a_node_without_an_address_says_so(console: Path) -> None:
    def no_address() -> SshEndpoint:
        raise LabError(Problem("hv01", "DHCP has not given it an address yet"))

    with pytest.raises(NodeStartError, match="in time: hv01: DHCP has not given it an address yet;"):
        wait_until_ready("hv01", console, is_running=lambda: True, endpoint=no_address, timeout_s=0, progress=Silent())


def test_a_node_that_does_not_start_is_not_a_mistake_of_the_user() -> None:
    assert (NodeStartError.exit_code, LabError.exit_code) == (1, 2)
