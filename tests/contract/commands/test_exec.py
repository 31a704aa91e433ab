"""`labctl pve exec`: commands of a node on a state folder."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from fakes.cli import pve
from fakes.commands import run_command
from fakes.nodehost import node_api


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(pve, ["exec", *words])
    return result.exit_code, result.output


def test_the_state_outlives_the_command(tmp_path: Path) -> None:
    run("--state", str(tmp_path), "--", "qm", "create", "101", "--name", "web01")

    status, output = run("--state", str(tmp_path), "--", "qm", "config", "101")

    assert status == 0
    assert "name: web01\n" in output


def test_the_exit_code_is_that_of_the_command(tmp_path: Path) -> None:
    assert run("--state", str(tmp_path), "--", "qm", "config", "999")[0] == 2


def test_every_program_of_the_node_can_be_run(tmp_path: Path) -> None:
    assert run("--node", "hv07", "--state", str(tmp_path), "--", "cat", "/etc/hostname") == (0, "hv07\n")


def test_a_program_the_node_does_not_have_ends_with_127(tmp_path: Path) -> None:
    assert run("--state", str(tmp_path), "--", "nosuch")[0] == 127


def test_a_command_waits_for_the_one_before_it(tmp_path: Path) -> None:
    first = node_api("hv01", tmp_path)
    threading.Timer(0.3, first.datacenter.close).start()
    began = time.monotonic()

    status, _ = run("--state", str(tmp_path), "--", "qm", "list")

    assert (status, time.monotonic() - began > 0.25) == (0, True)


def test_a_folder_that_stays_in_use_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fakes.exec_cli.LOCK_WAIT_S", 0.0)
    holder = node_api("hv01", tmp_path)

    result = CliRunner().invoke(pve, ["exec", "--state", str(tmp_path), "--", "qm", "list"])
    holder.datacenter.close()

    assert "is in use by process" in str(result.exception)


def test_what_ha_puts_off_happens_in_its_turn_between_two_commands(tmp_path: Path) -> None:
    run("--state", str(tmp_path), "--", "qm", "create", "102")
    run("--state", str(tmp_path), "--", "ha-manager", "add", "vm:102", "--state", "started")
    later = node_api("hv01", tmp_path)
    later.datacenter.advance(60)
    run_command(later, ["qm", "stop", "102"])
    later.datacenter.clock.advance(60)

    status = run_command(later, ["qm", "status", "102"])
    later.datacenter.close()

    assert status.stdout == "status: stopped\n"
