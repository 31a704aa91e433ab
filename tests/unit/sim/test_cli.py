"""The commands that start nothing, as a user types them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from conformance.cli import main


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("LABCTL_LIBVIRT_URI", raising=False)


def labctl_sim(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["sim", *arguments])


def test_a_plan_lists_networks_reservations_and_nodes() -> None:
    result = labctl_sim("plan", "dvntm", "--only", "hv01")

    assert result.exit_code == 0
    assert result.output.startswith("dvntm: 1 node(s) on 1 network(s), dvntm.deevnet.net\n")
    assert "node hv01: Dell OptiPlex 7050 Micro Form Factor, as labctl-dvntm-hv01\n" in result.output


def test_a_plan_can_be_read_by_a_program() -> None:
    planned = json.loads(labctl_sim("plan", "dvntm", "--json").stdout)

    assert [node["name"] for node in planned["nodes"]] == ["hv01", "hv02"]
    assert planned["nodes"][0]["profile"]["memory"]["devices"][0]["type"] == "DDR4"


def test_planning_touches_nothing(tmp_path: Path) -> None:
    labctl_sim("plan", "dvntm")

    assert list(tmp_path.iterdir()) == []


def test_a_site_without_hardware_cannot_be_planned() -> None:
    result = labctl_sim("plan", "dvnt")

    assert result.exit_code == 2
    assert "site dvnt, node hv01: no hardware is declared for it yet" in result.stderr


def test_an_unknown_site_is_a_line_and_not_a_traceback() -> None:
    result = labctl_sim("plan", "dvntn")

    assert result.exit_code == 2
    assert "dvntn: is neither a site nor a folder" in result.stderr
    assert "Traceback" not in result.stderr


def test_serving_belongs_to_a_later_version() -> None:
    result = labctl_sim("serve", "dvntm")

    assert result.exit_code == 2
    assert '"labctl sim serve" belongs to a later version; "labctl pve serve" serves the API' in result.stderr


def test_without_a_lab_there_is_nothing_to_take_down(tmp_path: Path) -> None:
    result = labctl_sim("down", "dvntm")

    assert (result.exit_code, result.stdout) == (0, "there is no lab of dvntm\n")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_an_interrupted_run_left_is_taken_down(tmp_path: Path) -> None:
    disk = tmp_path / "state/labctl/sim/dvntm/nodes/hv01/nvme0n1.qcow2"
    disk.parent.mkdir(parents=True)
    disk.touch()

    result = labctl_sim("down", "dvntm")

    assert result.stdout == f"removed {tmp_path}/state/labctl/sim/dvntm\n"
    assert not disk.exists()


def test_the_lab_of_a_site_that_cannot_be_read_can_be_taken_down(tmp_path: Path) -> None:
    (tmp_path / "state/labctl/sim/broken").mkdir(parents=True)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/site.yml").write_text("nodes: 7\n")

    result = labctl_sim("down", str(tmp_path / "broken"))

    assert result.stdout == f"removed {tmp_path}/state/labctl/sim/broken\n"


def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state/labctl/sim").mkdir(parents=True)

    result = labctl_sim("down", "..")

    assert result.exit_code == 2
    assert (tmp_path / "state/labctl/sim").exists()


def test_the_status_of_a_site_without_a_lab_says_so() -> None:
    result = labctl_sim("status", "dvntm")

    assert (result.exit_code, result.stdout) == (0, "dvntm: no lab\n")


def test_the_status_lists_nodes_whose_daemon_is_gone(tmp_path: Path) -> None:
    (tmp_path / "state/labctl/sim/dvntm/nodes/hv01").mkdir(parents=True)

    found = json.loads(labctl_sim("status", "dvntm", "--json").stdout)

    assert [(node["name"], node["is_running"], node["address"]) for node in found["nodes"]] == [("hv01", False, None)]
    assert found["is_reachable"] is False


@pytest.mark.parametrize("command", ["ssh", "console"])
def test_a_node_that_does_not_run_cannot_be_entered(command: str) -> None:
    result = labctl_sim(command, "hv01", "dvntm")

    assert result.exit_code == 2
    assert "hv01" in result.stderr


def test_a_console_is_printed_as_it_was_written(tmp_path: Path) -> None:
    log = tmp_path / "state/labctl/sim/dvntm/nodes/hv01/console.log"
    log.parent.mkdir(parents=True)
    log.write_text("Debian GNU/Linux 12 hv01 ttyS0\n")

    assert labctl_sim("console", "hv01", "dvntm").stdout == "Debian GNU/Linux 12 hv01 ttyS0\n"


def test_the_site_may_also_come_first() -> None:
    result = labctl_sim("console", "dvntm", "hv01")

    assert "hv01 of dvntm has not been started in the simulated lab" in result.stderr


def test_the_doctor_lists_what_it_looked_at() -> None:
    looked_at = {check["name"] for check in json.loads(labctl_sim("doctor", "--json").stdout)}

    assert {"libvirt-python", "node image", "kvm", "memory", "disk space", "tap devices", "802.1Q"} <= looked_at
