"""Starting and stopping containers."""

from __future__ import annotations

import pytest

from fakes.pve.durations import PROFILES
from tests.contract.client import Pve
from tests.contract.lxc.container import CT, GUESTS, change, status


def power(pve: Pve, command: str, **options: str | int) -> str:
    """The exit status of a task of status/<command>."""
    answer = pve.post(f"{CT}/status/{command}", options)
    assert answer.status == 200, answer.message
    return pve.task(answer.data)


def test_a_started_container_runs(ct: Pve) -> None:
    assert power(ct, "start") == "OK"

    row = status(ct)
    assert (row["status"], row["uptime"]) == ("running", 0)
    assert row["pid"] > 0


def test_a_shutdown_container_is_off(running: Pve) -> None:
    assert power(running, "shutdown") == "OK"

    assert status(running)["status"] == "stopped"


def test_a_stopped_container_is_off(running: Pve) -> None:
    assert power(running, "stop") == "OK"

    assert "pid" not in status(running)


def test_a_rebooted_container_runs_anew(running: Pve) -> None:
    running.datacenter.advance(60)

    assert power(running, "reboot") == "OK"

    assert status(running)["uptime"] < 60


def test_a_shutdown_takes_a_moment_where_time_counts(running: Pve) -> None:
    running.datacenter.durations = PROFILES["lab"]

    upid = running.post(f"{CT}/status/shutdown").data

    assert status(running)["status"] == "running"
    assert running.task(upid) == "OK"
    assert status(running)["status"] == "stopped"


def test_a_running_container_is_not_started(running: Pve) -> None:
    refused = running.post(f"{CT}/status/start")

    assert (refused.status, refused.reason) == (500, "CT 200 already running")


@pytest.mark.parametrize("command", ["stop", "shutdown", "suspend"])
def test_a_container_that_is_off_is_not_stopped(ct: Pve, command: str) -> None:
    refused = ct.post(f"{CT}/status/{command}")

    assert (refused.status, refused.reason) == (500, "CT 200 not running")


def test_rebooting_one_that_is_off_calls_it_a_vm(ct: Pve) -> None:
    refused = ct.post(f"{CT}/status/reboot")

    assert (refused.status, refused.reason) == (500, "VM 200 not running")


def test_a_missing_container_fails_in_the_task(pve: Pve) -> None:
    assert power(pve, "start") == "Configuration file 'nodes/hv01/lxc/200.conf' does not exist"


def test_a_template_does_not_start(template: Pve) -> None:
    assert power(template, "start") == "you can't start a CT if it's a template"


def test_a_locked_container_does_not_start(ct: Pve) -> None:
    change(ct, lock="backup")

    assert power(ct, "start") == "CT is locked (backup)"


def test_root_may_pass_the_lock(ct: Pve) -> None:
    change(ct, lock="backup")

    assert power(ct, "start", skiplock=1) == "OK"


def test_passing_the_lock_is_for_root(ct: Pve) -> None:
    carl = ct.new_user("carl@pve", {"/vms/200": "PVEVMUser"})

    refused = carl.post(f"{CT}/status/start", {"skiplock": 1})

    assert (refused.status, refused.errors) == (400, {"skiplock": "Only root may use this option."})


def test_a_missing_volume_is_found_at_the_start(ct: Pve) -> None:
    change(ct, mp1="local-lvm:vm-200-disk-7,mp=/x")

    assert power(ct, "start") == "no such logical volume pve/vm-200-disk-7"


def test_a_missing_bridge_is_found_at_the_start(ct: Pve) -> None:
    change(ct, net1="name=eth1,bridge=vmbr7")

    assert power(ct, "start") == "startup for container '200' failed"


def test_a_node_cannot_suspend_containers(running: Pve) -> None:
    outcome = power(running, "suspend")

    assert outcome == "command 'lxc-checkpoint -n 200 -s -D /var/liv/vz/dump' failed: exit code 1"
    assert status(running)["status"] == "running"


def test_stopall_stops_containers_too(running: Pve) -> None:
    log = running.log(running.post("/nodes/hv01/stopall").data)

    assert log == ["Stopping CT 200 (timeout = 180 seconds)", "TASK OK"]
    assert status(running)["status"] == "stopped"


def test_startall_keeps_one_order_for_all_guests(ct: Pve) -> None:
    change(ct, onboot=1, startup="order=1")
    ct.post("/nodes/hv01/qemu", {"vmid": 101, "onboot": 1, "startup": "order=2"})

    log = ct.log(ct.post("/nodes/hv01/startall").data)

    assert log == ["Starting CT 200", "Starting VM 101", "TASK OK"]


def test_suspendall_leaves_containers_alone(running: Pve) -> None:
    log = running.log(running.post("/nodes/hv01/suspendall").data)

    assert log == ["Skipping 200, only VMs can be suspended", "TASK OK"]


def test_a_managed_container_is_started_by_the_ha_stack(ct: Pve) -> None:
    ct.post("/cluster/ha/resources", {"sid": "ct:200", "state": "stopped"})

    upid = ct.post(f"{CT}/status/start").data

    assert ct.log(upid) == ["Requesting HA start for CT 200", "TASK OK"]
    ct.datacenter.advance(20)
    assert status(ct)["status"] == "running"
    assert status(ct)["ha"] == {"managed": 1, "group": None, "state": "started"}


def test_migration_needs_another_node(ct: Pve) -> None:
    refused = ct.post(f"{GUESTS}/200/migrate", {"target": "hv01"})

    assert (refused.status, refused.errors) == (400, {"target": "target is local node."})


def test_migration_needs_a_node_of_the_cluster(ct: Pve) -> None:
    refused = ct.post(f"{GUESTS}/200/migrate", {"target": "hv02"})

    assert (refused.status, refused.reason) == (500, "no such cluster node 'hv02'")
