"""`pvesh`: every method by its path, in every format."""

from __future__ import annotations

import json

import pytest

from tests.contract.commands.conftest import Run


def test_an_object_is_a_table_of_keys_and_values(shell: Run) -> None:
    assert shell("pvesh get /version").stdout.splitlines()[:4] == [
        "┌─────────┬──────────────────┐",
        "│ key     │ value            │",
        "╞═════════╪══════════════════╡",
        "│ release │ 8.4              │",
    ]


def test_the_c_locale_draws_plain_borders(shell: Run) -> None:
    assert shell("pvesh get /version", LC_ALL="C").stdout.startswith("+---------+----")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ("--noborder --noheader", "release 8.4\nrepoid  2a5fa54a8503f96d\nversion 8.4.1\n"),
        ("--output-format json", '{"release":"8.4","repoid":"2a5fa54a8503f96d","version":"8.4.1"}\n'),
        ("--output-format yaml", "---\nrelease: '8.4'\nrepoid: 2a5fa54a8503f96d\nversion: 8.4.1\n"),
    ],
    ids=["bare", "json", "yaml"],
)
def test_a_format_can_be_chosen(shell: Run, options: str, text: str) -> None:
    assert shell(f"pvesh get /version {options}").stdout == text


def test_an_empty_list_prints_nothing_as_text_and_brackets_as_json(shell: Run) -> None:
    assert shell("pvesh get /pools").stdout == ""
    assert shell("pvesh get /pools --output-format json").stdout == "[]\n"


def test_an_unknown_format_is_refused(shell: Run) -> None:
    result = shell("pvesh get /version --output-format xml")

    told = "output-format: value 'xml' does not have a value in the enumeration 'text, json, json-pretty, yaml'"
    assert (result.exit_status, result.stderr.splitlines()[1]) == (255, told)


def test_a_path_without_a_handler_ends_with_one(shell: Run) -> None:
    result = shell("pvesh set /version")

    assert (result.exit_status, result.stderr) == (1, "No 'set' handler defined for '/version'\n")


def test_a_task_prints_its_log_and_its_name(shell: Run) -> None:
    lines = shell("pvesh create /nodes/hv01/qemu --vmid 150 --scsi0 local-lvm:1").stdout.splitlines()

    assert lines[-1].startswith("UPID:hv01:")
    assert lines[-1].endswith(":qmcreate:150:root@pam:")


def test_a_failed_task_is_no_failure_of_pvesh(shell: Run) -> None:
    result = shell("pvesh create /nodes/hv01/qemu/999/status/start")

    assert result.exit_status == 0
    assert result.stderr == "Configuration file 'nodes/hv01/qemu-server/999.conf' does not exist\n"


def test_quiet_prints_nothing_at_the_end(shell: Run) -> None:
    assert shell("pvesh create /nodes/hv01/qemu --vmid 150 --quiet 1").stdout == ""


def test_texts_are_handed_on_as_they_were_typed(shell: Run) -> None:
    shell("pvesh create /access/users --userid joe@pve")

    made = shell("pvesh create /access/users/joe@pve/token/t1 --privsep 0 --output-format json")

    assert json.loads(made.stdout)["info"] == {"privsep": "0"}


def test_ls_shows_what_can_be_done_with_each_child(shell: Run) -> None:
    assert shell("pvesh ls /").stdout.splitlines() == [
        "Dr---        access",
        "Dr---        cluster",
        "Dr---        nodes",
        "Drwcd        pools",
        "Dr-c-        storage",
        "-r---        version",
    ]


def test_ls_of_a_leaf_is_refused(shell: Run) -> None:
    result = shell("pvesh ls /version")

    assert (result.exit_status, result.stderr) == (255, "resource '/version' does not define child links\n")


def test_numbered_columns_are_shown_one_by_one(shell: Run) -> None:
    assert "dns1   192.0.2.1\n" in shell("pvesh get /nodes/hv01/dns --noborder").stdout


def test_a_parameter_named_node_is_left_to_the_caller(shell: Run) -> None:
    shell("pvesh create /cluster/backup --id nightly --schedule 21:00 --storage local --all 1")

    assert "node" not in json.loads(shell("pvesh get /cluster/backup/nightly --output-format json").stdout)
