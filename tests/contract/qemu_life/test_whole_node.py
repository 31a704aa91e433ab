"""Starting, stopping and migrating all guests of a node."""

from __future__ import annotations

from tests.contract.client import Pve

VM = "/nodes/hv01/qemu/101"


def running(pve: Pve) -> list[int]:
    return sorted(row["vmid"] for row in pve.get("/nodes/hv01/qemu").data if row["status"] == "running")


def test_startall_starts_what_is_marked_for_boot(vm: Pve) -> None:
    vm.post("/nodes/hv01/qemu", {"vmid": 102, "onboot": 1})

    upid = vm.post("/nodes/hv01/startall").data

    assert vm.log(upid) == ["Starting VM 102", "TASK OK"]
    assert running(vm) == [102]


def test_startall_with_force_starts_everything_but_templates(template: Pve) -> None:
    template.post("/nodes/hv01/qemu", {"vmid": 102})

    template.post("/nodes/hv01/startall", {"force": 1})

    assert running(template) == [102]


def test_startall_keeps_the_start_order(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"onboot": 1, "startup": "order=2"})
    vm.post("/nodes/hv01/qemu", {"vmid": 102, "onboot": 1, "startup": "order=1,up=5"})
    vm.post("/nodes/hv01/qemu", {"vmid": 90000, "onboot": 1})

    upid = vm.post("/nodes/hv01/startall").data

    assert vm.task(upid) == "OK"
    assert vm.log(upid) == [
        "Starting VM 102",
        "Waiting for 5 seconds (startup delay)",
        "Starting VM 101",
        "Starting VM 90000",
        "TASK OK",
    ]


def test_the_task_of_a_whole_node_is_about_nobody(vm: Pve) -> None:
    assert vm.post("/nodes/hv01/startall").data.split(":")[5:7] == ["startall", ""]


def test_stopall_forces_guests_that_do_not_listen(deaf: Pve) -> None:
    deaf.post(f"{VM}/status/start")

    upid = deaf.post("/nodes/hv01/stopall", {"timeout": 5}).data

    assert deaf.log(upid) == ["Stopping VM 101 (timeout = 5 seconds)", "TASK OK"]
    assert running(deaf) == []


def test_stopall_can_name_guests(vm: Pve) -> None:
    vm.post("/nodes/hv01/qemu", {"vmid": 102})
    vm.post("/nodes/hv01/startall", {"force": 1})

    vm.post("/nodes/hv01/stopall", {"vms": "102"})

    assert running(vm) == [101]


def test_suspendall_pauses_guests(vm: Pve) -> None:
    vm.post(f"{VM}/status/start")

    vm.post("/nodes/hv01/suspendall")

    assert vm.get(f"{VM}/status/current").data["qmpstatus"] == "paused"


def test_startall_needs_power_rights_at_the_root(vm: Pve) -> None:
    bob = vm.new_user("bob@pve", {"/vms/101": "PVEVMUser"})

    refused = bob.post("/nodes/hv01/startall")

    assert (refused.status, refused.reason) == (403, "Permission check failed (/, VM.PowerMgmt)")


def test_startall_needs_power_rights_at_each_named_guest(vm: Pve) -> None:
    bob = vm.new_user("bob@pve", {"/vms/101": "PVEVMUser"})

    allowed = bob.post("/nodes/hv01/startall", {"vms": "101", "force": 1})
    refused = bob.post("/nodes/hv01/startall", {"vms": "101,102"})

    assert allowed.status == 200
    assert (refused.status, refused.reason) == (403, "Permission check failed (/vms/102, VM.PowerMgmt)")


def test_a_guest_is_not_migrated_to_where_it_is(vm: Pve) -> None:
    refused = vm.post(f"{VM}/migrate", {"target": "hv01"})

    assert refused.errors == {"target": "target is local node."}


def test_a_standalone_node_knows_no_other_node(vm: Pve) -> None:
    refused = vm.post(f"{VM}/migrate", {"target": "hv02"})

    assert (refused.status, refused.reason) == (500, "no such cluster node 'hv02'")


def test_the_preconditions_of_a_migration_name_local_disks(vm: Pve) -> None:
    answer = vm.get(f"{VM}/migrate").data

    assert [one["volid"] for one in answer["local_disks"]] == ["local-lvm:vm-101-disk-0"]
    assert (answer["running"], answer["allowed_nodes"]) == (0, [])
