"""Commands that do not exist, and help."""

from __future__ import annotations

import pytest

from tests.contract.commands.conftest import Run


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("qm", "ERROR: no command specified"),
        ("qm cloudinit", "ERROR: incomplete command 'qm cloudinit'"),
        ("pveum user nosuch", "ERROR: unknown command 'pveum user nosuch'"),
        ("pvesh nosuch /", "ERROR: unknown command 'pvesh nosuch'"),
    ],
)
def test_what_is_no_command_is_told_with_the_list_of_commands(shell: Run, line: str, error: str) -> None:
    result = shell(line)

    program = line.split()[0]
    assert result.exit_status == 255
    assert result.stderr.splitlines()[:2] == [error, f"USAGE: {program} <COMMAND> [ARGS] [OPTIONS]"]


def test_help_prints_the_synopsis(shell: Run) -> None:
    assert shell("qm help list").stdout == "USAGE: qm list  [OPTIONS]\n"


def test_verbose_help_lists_numbered_options_once(shell: Run) -> None:
    lines = shell("qm help create --verbose").stdout.splitlines()

    assert [line.split()[0] for line in lines if line.startswith("  -net")] == ["-net[n]"]


def test_a_command_may_be_abbreviated(shell: Run) -> None:
    assert shell("qm pend 999").stderr == shell("qm pending 999").stderr


@pytest.mark.parametrize(
    ("line", "synopsis"),
    [
        ("pvesm remove", "pvesm remove <storage>"),
        ("vzdump --storage local", "vzdump {<vmid>} [OPTIONS]"),
        ("pveum acl modify /", "pveum acl modify <path> --roles <string> [OPTIONS]"),
        ("pveum user token add x@pve", "pveum user token add <userid> <tokenid> [OPTIONS] [FORMAT_OPTIONS]"),
        ("pvesh create /pools", "pvesh create <api_path> --poolid <string> [OPTIONS] [FORMAT_OPTIONS]"),
    ],
)
def test_the_synopsis_is_made_from_the_schema(shell: Run, line: str, synopsis: str) -> None:
    assert shell(line).stderr.splitlines()[-1] == synopsis
