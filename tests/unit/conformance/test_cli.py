"""The command line: what it prints, what it writes, how it ends, and that errors are lines, not tracebacks."""

import json
import shutil
from pathlib import Path

import click
import orjson
import pytest
from click.testing import CliRunner

from conformance import cli
from conformance.cli import main
from tests.unit.conformance.cases import SAMPLES, sample

CODES = {"B02": 1, "B08": 1, "B37": 1, "B45": 1, "B73": 1, "G01": 0, "G02": 0, "G16": 0, "W01": 4, "W02": 1}


def labctl(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def plain(folder, name, **labels):
    """The snapshot of a sample as a file of its own."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps(sample(name)["snapshot"] | labels), encoding="utf-8")
    return path


@pytest.mark.parametrize(("name", "code"), CODES.items())
def test_a_sample_ends_with_its_exit_code(name, code):
    result = labctl("audit", "dvntm", "--snapshot", SAMPLES / f"{name}.json", "--json", "--as-of", "2026-11-21")

    data = orjson.loads(result.stdout)
    assert (result.exit_code, data["exit_code"]) == (code, code)
    assert {finding["requirement"]: finding["verdict"] for finding in data["findings"]} == sample(name)["expected"]


def test_the_verdict_and_its_reasons_are_printed():
    result = labctl("audit", "dvntm", "--snapshot", SAMPLES / "B37.json")

    lines = result.stdout.splitlines()
    assert lines[0] == "dvntm: NO-GO"
    assert lines[1] == "  hv01: CLU-03 Local storage only: fail (critical): nas has type nfs; nas is shared"
    assert lines[-1].split("\t")[:3] == ["fail", "CLU-03", "hv01"]


def test_one_plain_snapshot_of_two_nodes_is_a_partial_run(tmp_path):
    result = labctl("audit", "dvntm", "--snapshot", plain(tmp_path, "G01"), "--json")

    data = orjson.loads(result.stdout)
    assert (result.exit_code, data["verdict"]) == (3, "INCOMPLETE")
    assert "hv02 was not looked at in this run" in data["reasons"]


def test_plain_snapshots_are_judged_by_the_sites_own_inventory(tmp_path):
    files = [plain(tmp_path, name) for name in ("G01", "G02")]

    result = labctl("audit", "dvntm", "--snapshot", files[0], "--snapshot", files[1], "--json")

    data = orjson.loads(result.stdout)
    verdicts = {(finding["requirement"], finding["subject"]): finding["verdict"] for finding in data["findings"]}
    assert len(verdicts) == 124
    assert verdicts["SEP-01", "hv01"] == "pass"
    assert verdicts["ROLE-01", "hv02"] == "pass"


def test_as_of_decides_whether_a_waiver_holds():
    result = labctl("audit", "dvntm", "--snapshot", SAMPLES / "W01.json", "--as-of", "2027-04-01")

    assert result.exit_code == 1
    assert "expired on 2027-03-31" in result.stdout


def test_waivers_given_by_file_replace_those_of_the_sample(tmp_path):
    waivers = tmp_path / "waivers.yml"
    entry = "- requirement: CLU-03\n  node: hv01\n  reason: backups\n  approved_by: owner\n  expires: 2027-01-01\n"
    waivers.write_text(entry, encoding="utf-8")

    result = labctl("audit", "dvntm", "--snapshot", SAMPLES / "W02.json", "--waivers", waivers)

    assert result.exit_code == 4


def test_a_site_without_hardware_is_pending():
    result = labctl("audit", "dvnt", "--json")

    data = orjson.loads(result.stdout)
    assert (result.exit_code, data["verdict"], data["reasons"][0]) == (
        0,
        "PENDING",
        "the site declares no hardware yet",
    )
    assert {finding["requirement"] for finding in data["findings"]} == set(sample("G01")["expected"])


def test_a_node_that_is_off_is_one_line_of_reason():
    result = labctl("audit", "dvntm", "--snapshot", SAMPLES / "B73.json")

    unseen = [line for line in result.stdout.splitlines() if "did not answer" in line and line.startswith("  ")]
    assert len(unseen) == 2
    assert unseen[0].startswith("  hv01: could not check ROLE-02, SEP-01, ")


def test_a_site_without_any_node_still_accounts_for_all(tmp_path):
    (tmp_path / "hosts.yml").write_text("all:\n  children:\n    hypervisors:\n      hosts: {}\n", encoding="utf-8")

    result = labctl("audit", tmp_path, "--json")

    data = orjson.loads(result.stdout)
    assert (result.exit_code, data["verdict"]) == (0, "PENDING")
    assert len({finding["requirement"] for finding in data["findings"]}) == len(data["findings"]) == 62
    assert {finding["subject"] for finding in data["findings"]} == {"site"}


def test_a_report_is_written_verified_and_compared(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    labctl("audit", "dvntm", "--snapshot", SAMPLES / "G01.json", "--out", first)
    result = labctl(
        *("audit", "dvntm", "--snapshot", SAMPLES / "B02.json"),
        *("--out", second, "--baseline", first / "results.json"),
    )

    assert f"report: {second / 'index.html'}" in result.stderr
    assert labctl("verify", first).exit_code == 0
    assert labctl("verify", second).exit_code == 0
    assert [item["requirement"] for item in orjson.loads((second / "results.json").read_bytes())["drift"]] == ["OS-02"]


def test_diff_names_the_drift_and_ends_with_1(tmp_path):
    labctl("audit", "dvntm", "--snapshot", SAMPLES / "G01.json", "--out", tmp_path / "old")
    labctl("audit", "dvntm", "--snapshot", SAMPLES / "B02.json", "--out", tmp_path / "new")

    result = labctl("diff", tmp_path / "old" / "results.json", tmp_path / "new" / "results.json")
    same = labctl("diff", tmp_path / "old" / "results.json", tmp_path / "old" / "results.json")

    assert result.exit_code == 1
    assert result.stdout.startswith("OS-02\thv01\tverdict\tpass: ")
    assert (same.exit_code, same.stdout) == (0, "no drift\n")


def test_verify_names_a_changed_file(tmp_path):
    labctl("audit", "dvntm", "--snapshot", SAMPLES / "G01.json", "--out", tmp_path / "report")
    (tmp_path / "report" / "report.md").write_text("GO", encoding="utf-8")

    result = labctl("verify", tmp_path / "report", "--json")

    assert result.exit_code == 1
    assert orjson.loads(result.stdout) == {
        "ok": False,
        "problems": [{"where": "report.md", "what": "changed since the manifest was written", "hint": ""}],
    }


def test_every_problem_of_the_files_is_listed_at_once(tmp_path):
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    (tmp_path / "b.json").write_text('{"schema": "x"}', encoding="utf-8")

    result = labctl("audit", "dvntm", "--snapshot", tmp_path / "a.json", "--snapshot", tmp_path / "b.json")

    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "error: 2 problems",
        f"  {tmp_path / 'a.json'}:1: not JSON: Expecting property name enclosed in double quotes",
        f"  {tmp_path / 'b.json'}: schema is 'x', expected 'labctl/snapshot/1'; is this a snapshot file?",
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("audit", "dvntmm"), "dvntmm: is neither a site nor a folder; did you mean dvntm?"),
        (("audit", "dvntm", "--target", "fakee"), "--target: unknown target fakee; did you mean fake?"),
        (("audit", "dvnt", "--target", "fakee"), "--target: unknown target fakee; did you mean fake?"),
        (("audit", "dvntm", "--node", "hv1"), "--node: site dvntm has no node hv1; did you mean hv01?"),
        (("audit", "dvntm", "--snapshot", SAMPLES / "G01.json", "--node", "hv02"), "no snapshot of hv02 was given"),
        (
            ("audit", "dvntm", "--snapshot", SAMPLES / "G01.json", "--snapshot", SAMPLES / "B02.json"),
            "name each node once",
        ),
        (("audit", "dvntm", "--target", "snapshot"), "--target: a snapshot is a file; name it with --snapshot FILE"),
        (("audit", "dvntm", "--as-of", "soon"), "'soon' is not a date such as 2026-11-21"),
        (("collect", "ssh://user@host/path"), "not an SSH address; write ssh://user@host[:port]"),
        (("collect", "ssh://h", "--node", "a", "--node", "b"), "one address is one node"),
        (("diff", SAMPLES / "G01.json", SAMPLES / "G01.json"), "not a results file (labctl/results/1)"),
        (("verify", "/nonexistent"), "name the folder of a report"),
        (("audit", "dvntm", "--baseline", "/nonexistent"), "No such file or directory"),
    ],
)
def test_a_usage_error_says_what_and_how(words, message):
    result = labctl(*words)

    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_a_snapshot_of_another_site_is_refused(tmp_path):
    result = labctl("audit", "dvntm", "--snapshot", plain(tmp_path, "G16"))

    assert result.exit_code == 2
    assert "a snapshot of site dvnt, not dvntm; name the other site" in result.stderr


def test_a_snapshot_without_labels_takes_the_nodes(tmp_path):
    path = plain(tmp_path, "G01", site=None, role=None, declared=None)

    data = orjson.loads(labctl("audit", "dvntm", "--snapshot", path, "--json").stdout)

    verdicts = {finding["requirement"]: finding["verdict"] for finding in data["findings"]}
    assert verdicts["ROLE-04"] == "not_applicable"


def test_a_value_of_another_kind_is_remarked_upon(tmp_path):
    result = labctl("audit", "dvntm", "--snapshot", plain(tmp_path, "G01", hostname=7))

    assert "hostname is 7, expected a string; taken as not collected" in result.stderr


def test_an_internal_error_is_one_line(monkeypatch):
    monkeypatch.setattr(cli, "PLUGINS", "nobody")
    monkeypatch.setitem(main.commands, "boom", click.Command("boom", callback=lambda: 1 / 0))

    result = labctl("boom")

    assert result.exit_code == 70
    assert result.stderr == (
        "internal error: ZeroDivisionError: division by zero; run again with --debug for the traceback\n"
    )


def test_debug_shows_the_traceback(monkeypatch):
    monkeypatch.setitem(main.commands, "boom", click.Command("boom", callback=lambda: 1 / 0))

    assert isinstance(labctl("--debug", "boom").exception, ZeroDivisionError)


@pytest.mark.parametrize("command", ["accept", "audit", "collect", "diff", "trace", "verify"])
def test_help_explains_a_command(command):
    result = labctl(command, "--help")

    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) > 5


def test_help_names_the_credentials():
    assert "LABCTL_API_TOKEN=user@realm!name=secret" in labctl("audit", "--help").stdout


def test_all_groups_are_found():
    commands = main.list_commands(click.Context(main))

    assert commands == ["accept", "audit", "collect", "diff", "pve", "sim", "trace", "verify"]


def test_trace_follows_every_unit():
    data = orjson.loads(labctl("trace", "--json").stdout)

    assert len(data) > 140
    assert all(unit["requirements"] or unit["reason"] for unit in data)


def test_a_site_folder_with_its_own_inventory_can_be_named(tmp_path):
    folder = shutil.copytree(Path(cli.__file__).parents[1] / "fixtures" / "sites" / "dvntm", tmp_path / "dvntm")

    result = labctl("audit", folder, "--snapshot", SAMPLES / "G01.json")

    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "dvntm: GO")
