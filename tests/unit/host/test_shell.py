"""The shell of a simulated machine: lists, pipes, globs, redirections, and programs that are not there."""

from __future__ import annotations

import pytest

from fakes.host.machine import Machine
from tests.unit.host.machines import debian, node


@pytest.fixture(scope="module")
def machine() -> Machine:
    return node()


@pytest.mark.parametrize(
    ("line", "status", "stdout"),
    [
        ("true && echo yes", 0, "yes\n"),
        ("false && echo yes", 1, ""),
        ("false || echo no", 0, "no\n"),
        ("false ; echo next", 0, "next\n"),
        ("echo a ; false", 1, "a\n"),
        ("cat /etc/hostname | grep -c hv", 0, "1\n"),
        ("sh -c 'echo in && hostname'", 0, "in\nhv01\n"),
        ("sudo -n true", 0, ""),
        ("timeout 5 hostname", 0, "hv01\n"),
        ("command -v cat", 0, "/usr/bin/cat\n"),
        ("command -v terraform", 1, ""),
        ("hostname >/dev/null", 0, ""),
        ("ls /sys/class/net/*/bridge", 0, "stp_state\n"),
    ],
)
def test_a_command_line_does_what_a_shell_does(machine: Machine, line: str, status: int, stdout: str) -> None:
    result = machine.run(line)

    assert (result.exit_status, result.stdout) == (status, stdout)


def test_an_unknown_program_ends_in_127(machine: Machine) -> None:
    result = machine.run("frobnicate --all")

    assert result.exit_status == 127
    assert result.stderr == "bash: line 1: frobnicate: command not found\n"


def test_errors_may_be_hidden(machine: Machine) -> None:
    result = machine.run("cat /nowhere 2>/dev/null")

    assert (result.exit_status, result.stderr) == (1, "")


def test_a_redirection_writes_a_file(machine: Machine) -> None:
    machine.run("echo x > /etc/motd; echo y >> /etc/motd")

    assert machine.files.read("/etc/motd") == "x\ny\n"


def test_a_redirection_into_what_the_kernel_shows_is_refused(machine: Machine) -> None:
    result = machine.run("echo x > /proc/version")

    assert (result.exit_status, result.stderr) == (1, "bash: line 1: /proc/version: Permission denied\n")


@pytest.mark.parametrize("program", ["qm list", "pvesh get /version", "pveversion", "pvecm status"])
def test_a_plain_debian_has_no_proxmox_commands(program: str) -> None:
    assert debian().run(program).exit_status == 127
