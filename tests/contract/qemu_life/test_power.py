"""Switching virtual machines on and off."""

from __future__ import annotations

from tests.contract.client import Pve

VM = "/nodes/hv01/qemu/101"


def start(pve: Pve) -> None:
    assert pve.task(pve.post(f"{VM}/status/start").data) == "OK"


def test_a_started_guest_runs_with_a_process(vm: Pve) -> None:
    start(vm)

    status = vm.get(f"{VM}/status/current").data

    assert (status["status"], status["qmpstatus"]) == ("running", "running")
    assert status["pid"] > 0
    assert status["running-machine"] == "pc-i440fx-9.2+pve1"


def test_uptime_follows_the_clock(vm: Pve) -> None:
    start(vm)

    vm.datacenter.advance(90)

    assert vm.get(f"{VM}/status/current").data["uptime"] == 90


def test_starting_a_running_guest_fails_in_the_task(vm: Pve) -> None:
    start(vm)

    upid = vm.post(f"{VM}/status/start").data

    assert vm.task(upid) == "VM 101 already running"
    assert vm.log(upid) == ["TASK ERROR: VM 101 already running"]


def test_starting_a_missing_guest_fails_in_the_task(pve: Pve) -> None:
    upid = pve.post("/nodes/hv01/qemu/799/status/start").data

    assert pve.task(upid) == "Configuration file 'nodes/hv01/qemu-server/799.conf' does not exist"


def test_stopping_a_missing_guest_fails_in_the_task_with_other_words(pve: Pve) -> None:
    upid = pve.post("/nodes/hv01/qemu/799/status/stop").data

    assert pve.task(upid) == "unable to find configuration file for VM 799 on node 'hv01'"


def test_stopping_a_stopped_guest_is_fine(vm: Pve) -> None:
    assert vm.task(vm.post(f"{VM}/status/stop").data) == "OK"


def test_a_guest_with_an_operating_system_obeys_the_power_button(vm: Pve) -> None:
    start(vm)

    assert vm.task(vm.post(f"{VM}/status/shutdown").data) == "OK"
    assert vm.get(f"{VM}/status/current").data["status"] == "stopped"


def test_a_guest_without_one_lets_the_shutdown_time_out(deaf: Pve) -> None:
    start(deaf)

    assert deaf.task(deaf.post(f"{VM}/status/shutdown").data) == "VM quit/powerdown failed - got timeout"
    assert deaf.get(f"{VM}/status/current").data["status"] == "running"


def test_force_stop_kills_after_the_timeout(deaf: Pve) -> None:
    start(deaf)

    upid = deaf.post(f"{VM}/status/shutdown", {"forceStop": 1, "timeout": 2}).data

    assert deaf.log(upid) == ["VM still running - terminating now with SIGTERM", "TASK OK"]
    assert deaf.get(f"{VM}/status/current").data["status"] == "stopped"


def test_a_silent_agent_leaves_the_shutdown_to_the_power_button(deaf: Pve) -> None:
    deaf.put(f"{VM}/config", {"agent": 1})
    start(deaf)

    upid = deaf.post(f"{VM}/status/shutdown", {"timeout": 2}).data

    assert deaf.log(upid) == [
        "QEMU Guest Agent is not running - VM 101 qmp command 'guest-ping' failed - got timeout",
        "TASK ERROR: VM quit/powerdown failed - got timeout",
    ]


def test_a_paused_guest_counts_as_running(vm: Pve) -> None:
    start(vm)

    upid = vm.post(f"{VM}/status/suspend").data

    status = vm.get(f"{VM}/status/current").data
    assert upid.split(":")[5] == "qmpause"
    assert (status["status"], status["qmpstatus"]) == ("running", "paused")


def test_a_paused_guest_cannot_be_shut_down(vm: Pve) -> None:
    start(vm)
    vm.post(f"{VM}/status/suspend")

    refused = vm.post(f"{VM}/status/shutdown")

    assert (refused.status, refused.reason) == (500, "VM is paused - cannot shutdown")


def test_resume_lets_a_paused_guest_go_on(vm: Pve) -> None:
    start(vm)
    vm.post(f"{VM}/status/suspend")

    assert vm.task(vm.post(f"{VM}/status/resume").data) == "OK"
    assert vm.get(f"{VM}/status/current").data["qmpstatus"] == "running"


def test_suspend_to_disk_locks_the_guest_and_saves_its_memory(vm: Pve) -> None:
    start(vm)

    upid = vm.post(f"{VM}/status/suspend", {"todisk": 1}).data

    config = vm.get(f"{VM}/config").data
    assert vm.log(upid)[-2:] == ["State saved, quitting", "TASK OK"]
    assert config["lock"] == "suspended"
    assert config["vmstate"].startswith("local-lvm:vm-101-state-suspend-")
    assert vm.get(f"{VM}/status/current").data["status"] == "stopped"


def test_starting_a_suspended_guest_removes_the_saved_memory(vm: Pve) -> None:
    start(vm)
    vm.post(f"{VM}/status/suspend", {"todisk": 1})
    state = vm.get(f"{VM}/config").data["vmstate"]

    upid = vm.post(f"{VM}/status/start").data

    assert vm.log(upid) == [
        "Resuming suspended VM",
        f"activating and using '{state}' as vmstate",
        "Resumed VM, removing state",
        *[line for line in vm.log(upid) if line.startswith("  ")],
        "TASK OK",
    ]
    assert {"lock", "vmstate", "runningcpu", "runningmachine"}.isdisjoint(vm.get(f"{VM}/config").data)


def test_a_guest_without_disks_is_suspended_to_local(pve: Pve) -> None:
    pve.post("/nodes/hv01/qemu", {"vmid": 120})
    pve.post("/nodes/hv01/qemu/120/status/start")

    pve.post("/nodes/hv01/qemu/120/status/suspend", {"todisk": 1})

    assert pve.get("/nodes/hv01/qemu/120/config").data["vmstate"].startswith("local:120/vm-120-state-suspend-")


def test_reset_of_a_stopped_guest_is_refused_at_once(vm: Pve) -> None:
    refused = vm.post(f"{VM}/status/reset")

    assert (refused.status, refused.reason) == (500, "VM 101 not running")


def test_reboot_of_a_missing_guest_is_refused_at_once(pve: Pve) -> None:
    refused = pve.post("/nodes/hv01/qemu/799/status/reboot")

    assert (refused.status, refused.reason) == (500, "unable to find configuration file for VM 799 on node 'hv01'")


def test_a_reboot_is_followed_by_a_start_of_its_own(vm: Pve) -> None:
    start(vm)

    upid = vm.post(f"{VM}/status/reboot").data

    kinds = [row["type"] for row in vm.get("/nodes/hv01/tasks", {"vmid": 101, "source": "all"}).data]
    assert vm.task(upid) == "OK"
    assert kinds[:2] == ["qmstart", "qmreboot"]
    assert vm.get(f"{VM}/status/current").data["status"] == "running"


def test_a_locked_guest_does_not_start(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"lock": "backup"})

    assert vm.task(vm.post(f"{VM}/status/start").data) == "VM is locked (backup)"


def test_root_may_skip_the_lock(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"lock": "backup"})

    assert vm.task(vm.post(f"{VM}/status/start", {"skiplock": 1}).data) == "OK"


def test_only_root_may_skip_the_lock(vm: Pve) -> None:
    alice = vm.new_user("alice@pve", {"/": "PVEAdmin"})

    refused = alice.post(f"{VM}/status/start", {"skiplock": 1})

    assert refused.status == 400
    assert refused.errors == {"skiplock": "Only root may use this option."}


def test_more_processors_than_the_node_has_fail_in_the_task(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"cores": 9})

    assert vm.task(vm.post(f"{VM}/status/start").data) == "MAX 8 vcpus allowed per VM on this node"


def test_ovmf_without_a_disk_for_its_variables_ends_with_a_warning(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"bios": "ovmf"})

    upid = vm.post(f"{VM}/status/start").data

    assert vm.task(upid) == "WARNINGS: 1"
    assert vm.log(upid) == ["WARN: no efidisk configured! Using temporary efivars disk.", "TASK WARNINGS: 1"]


def test_a_stop_makes_pending_changes_real(vm: Pve) -> None:
    start(vm)
    vm.put(f"{VM}/config", {"cores": 2})
    before = vm.get(f"{VM}/config", {"current": 1}).data

    vm.post(f"{VM}/status/stop")

    assert "cores" not in before
    assert vm.get(f"{VM}/config", {"current": 1}).data["cores"] == 2


def test_a_cloud_init_guest_gets_a_new_image_at_every_start(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"ide2": "local-lvm:cloudinit"})

    assert vm.log(vm.post(f"{VM}/status/start").data) == ["generating cloud-init ISO", "TASK OK"]


def test_a_disabled_storage_keeps_its_guests_from_starting(images: Pve) -> None:
    images.put(f"{VM}/config", {"scsi1": "imgs:1"})
    images.put("/storage/imgs", {"disable": 1})

    assert images.task(images.post(f"{VM}/status/start").data) == "storage 'imgs' is disabled"


def test_a_missing_bridge_keeps_a_guest_from_starting(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"net0": "virtio,bridge=vmbr7"})

    upid = vm.post(f"{VM}/status/start").data

    assert vm.task(upid) == "start failed: QEMU exited with code 1"
    assert vm.log(upid)[0] == "bridge 'vmbr7' does not exist"


def test_an_ha_managed_guest_is_only_asked_to_start(vm: Pve) -> None:
    vm.post("/cluster/ha/resources", {"sid": "vm:101", "state": "stopped"})

    upid = vm.post(f"{VM}/status/start").data

    assert upid.split(":")[5] == "hastart"
    assert vm.log(upid) == ["Requesting HA start for VM 101", "TASK OK"]
    assert vm.get("/cluster/ha/resources/vm:101").data["state"] == "started"


def test_an_ha_managed_guest_runs_ten_seconds_after_it_was_asked_to(vm: Pve) -> None:
    vm.post("/cluster/ha/resources", {"sid": "vm:101"})
    before = vm.get(f"{VM}/status/current").data["status"]

    vm.datacenter.advance(10)

    assert (before, vm.get(f"{VM}/status/current").data["status"]) == ("stopped", "running")


def test_a_managed_guest_is_stopped_through_its_resource(vm: Pve) -> None:
    vm.post("/cluster/ha/resources", {"sid": "vm:101"})
    vm.datacenter.advance(10)

    upid = vm.post(f"{VM}/status/stop").data
    vm.datacenter.advance(20)

    assert upid.split(":")[5] == "hastop"
    assert vm.get(f"{VM}/status/current").data["status"] == "stopped"


def test_a_guest_that_goes_off_by_itself_takes_its_pending_changes(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"agent": 1})
    start(vm)
    vm.put(f"{VM}/config", {"cores": 2})

    vm.post(f"{VM}/agent/shutdown")

    assert vm.get(f"{VM}/config", {"current": 1}).data["cores"] == 2
