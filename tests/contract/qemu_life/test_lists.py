"""The list of guests and the status of one."""

from __future__ import annotations

from typing import Any

from tests.contract.client import Pve

VM = "/nodes/hv01/qemu/101"


def row(pve: Pve, **params: Any) -> dict[str, Any]:
    rows: list[dict[str, Any]] = pve.get("/nodes/hv01/qemu", params or None).data
    return next(one for one in rows if one["vmid"] == 101)


def test_a_nameless_guest_is_called_by_its_number(pve: Pve) -> None:
    pve.post("/nodes/hv01/qemu", {"vmid": 100})

    rows = pve.get("/nodes/hv01/qemu").data

    assert [one["name"] for one in rows] == ["VM 100"]
    assert rows[0]["maxmem"] == 512 * 1024**2


def test_the_list_shows_a_change_at_once(vm: Pve) -> None:
    before = row(vm)["name"]

    vm.put(f"{VM}/config", {"name": "renamed", "tags": "b;a"})

    assert (before, row(vm)["name"], row(vm)["tags"]) == ("web", "renamed", "a;b")


def test_the_list_forgets_a_destroyed_guest(vm: Pve) -> None:
    vm.get("/nodes/hv01/qemu")

    vm.delete(VM)

    assert vm.get("/nodes/hv01/qemu").data == []


def test_a_running_guest_has_a_process_in_the_list(vm: Pve) -> None:
    stopped = row(vm)

    vm.post(f"{VM}/status/start")

    assert "pid" not in stopped
    assert row(vm)["pid"] > 0


def test_the_list_follows_the_uptime(vm: Pve) -> None:
    vm.post(f"{VM}/status/start")
    young = row(vm)["uptime"]

    vm.datacenter.advance(30)

    assert (young, row(vm)["uptime"]) == (0, 30)


def test_only_the_full_list_asks_qemu(vm: Pve) -> None:
    assert "qmpstatus" not in row(vm)
    assert row(vm, full=1)["qmpstatus"] == "stopped"


def test_maxdisk_is_the_size_of_the_boot_disk(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"scsi1": "local-lvm:9"})

    assert row(vm)["maxdisk"] == 4 * 1024**3


def test_without_a_boot_disk_maxdisk_is_zero(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"boot": "order=net0"})

    assert row(vm)["maxdisk"] == 0


def test_the_list_shows_only_what_one_may_see(vm: Pve) -> None:
    vm.post("/nodes/hv01/qemu", {"vmid": 102})
    bob = vm.new_user("bob@pve", {"/vms/102": "PVEAuditor"})

    assert [one["vmid"] for one in bob.get("/nodes/hv01/qemu").data] == [102]


def test_a_new_right_shows_in_the_list_at_once(vm: Pve) -> None:
    bob = vm.new_user("bob@pve")
    before = bob.get("/nodes/hv01/qemu").data

    vm.put("/access/acl", {"path": "/vms/101", "roles": "PVEAuditor", "users": "bob@pve"})

    assert before == []
    assert [one["vmid"] for one in bob.get("/nodes/hv01/qemu").data] == [101]


def test_resources_tell_the_pool_of_a_guest(vm: Pve) -> None:
    vm.get("/cluster/resources")
    vm.post("/pools", {"poolid": "prod"})
    vm.put("/pools/prod", {"vms": "101"})

    rows = vm.get("/cluster/resources", {"type": "vm"}).data

    assert [(one["id"], one["pool"], one["template"]) for one in rows] == [("qemu/101", "prod", 0)]


def test_a_spice_display_shows_in_the_status(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"vga": "qxl"})

    status = vm.get(f"{VM}/status/current").data

    assert (status["spice"], status["clipboard"]) == (1, None)


def test_a_balloon_shows_its_minimum_and_shares(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"balloon": 128})

    status = vm.get(f"{VM}/status/current").data

    assert (status["balloon_min"], status["shares"]) == (128 * 1024**2, 1000)


def test_statistics_have_seventy_steps(vm: Pve) -> None:
    rows = vm.get(f"{VM}/rrddata", {"timeframe": "hour"}).data

    assert len(rows) == 70
    assert {rows[index + 1]["time"] - rows[index]["time"] for index in range(69)} == {60}


def test_statistics_have_usage_since_the_start(vm: Pve) -> None:
    vm.post(f"{VM}/status/start")
    vm.datacenter.advance(600)

    rows = vm.get(f"{VM}/rrddata", {"timeframe": "hour"}).data

    assert "cpu" not in rows[0]
    assert rows[-1]["maxmem"] == 512 * 1024**2
    assert rows[-1]["mem"] > 0


def test_an_ha_managed_guest_tells_its_state(vm: Pve) -> None:
    before = vm.get("/cluster/resources", {"type": "vm"}).data[0]
    vm.post("/cluster/ha/resources", {"sid": "vm:101", "state": "stopped"})

    after = vm.get("/cluster/resources", {"type": "vm"}).data[0]

    assert ("hastate" in before, after["hastate"]) == (False, "stopped")
    assert vm.get(f"{VM}/status/current").data["ha"] == {"managed": 1, "group": None, "state": "stopped"}
