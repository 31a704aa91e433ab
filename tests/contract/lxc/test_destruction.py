"""Destroying containers."""

from __future__ import annotations

from tests.contract.client import Pve
from tests.contract.lxc.container import CT, change, create, snapshot, volumes


def destroy(pve: Pve, **options: int) -> str:
    """The UPID of the task."""
    answer = pve.delete(CT, options)
    assert answer.status == 200, answer.message
    return str(answer.data)


def test_a_destroyed_container_is_gone(ct: Pve) -> None:
    assert ct.task(destroy(ct)) == "OK"

    assert ct.get(f"{CT}/config").reason == "Configuration file 'nodes/hv01/lxc/200.conf' does not exist"
    assert volumes(ct) == []


def test_unused_volumes_and_those_of_snapshots_go_too(ct: Pve) -> None:
    change(ct, mp0="local-lvm:1,mp=/a", mp1="local-lvm:1,mp=/b")
    snapshot(ct, "first")
    change(ct, delete="mp0,mp1,unused0")

    destroy(ct)

    assert volumes(ct) == []


def test_unreferenced_volumes_go_where_asked_for(ct: Pve) -> None:
    ct.post("/nodes/hv01/storage/local-lvm/content", {"vmid": 200, "filename": "vm-200-disk-9", "size": "1G"})

    destroy(ct, **{"destroy-unreferenced-disks": 1})

    assert volumes(ct) == []


def test_rights_pool_and_firewall_go_too(ct: Pve) -> None:
    ct.post("/pools", {"poolid": "prod"})
    ct.put("/pools/prod", {"vms": 200})
    ct.new_user("carl@pve", {"/vms/200": "PVEVMUser"})

    destroy(ct)

    assert ct.get("/pools/prod").data["members"] == []
    assert ct.get("/access/acl").data == []


def test_purging_tells_so(ct: Pve) -> None:
    assert "purging CT 200 from related configurations.." in ct.log(destroy(ct, purge=1))


def test_a_running_container_is_not_destroyed(running: Pve) -> None:
    refused = running.delete(CT)

    assert (refused.status, refused.reason) == (500, "unable to destroy CT 200 - container is running")


def test_force_stops_it_first(running: Pve) -> None:
    upid = destroy(running, force=1)

    assert "forced to stop CT 200 before destroying!" in running.log(upid)
    create(running)
    assert running.get(f"{CT}/status/current").data["status"] == "stopped"


def test_a_protected_container_is_not_destroyed(ct: Pve) -> None:
    change(ct, protection=1)

    refused = ct.delete(CT)

    assert (refused.status, refused.reason) == (500, "can't remove CT 200 - protection mode enabled")


def test_a_locked_container_is_not_destroyed(ct: Pve) -> None:
    change(ct, lock="backup")

    assert ct.delete(CT).reason == "CT is locked (backup)"


def test_a_managed_container_needs_purging(ct: Pve) -> None:
    ct.post("/cluster/ha/resources", {"sid": "ct:200", "state": "ignored"})

    refused = ct.delete(CT)

    assert refused.reason == "unable to remove CT 200 - used in HA resources and purge parameter not set."


def test_purging_takes_it_out_of_ha(ct: Pve) -> None:
    ct.post("/cluster/ha/resources", {"sid": "ct:200", "state": "ignored"})

    upid = destroy(ct, purge=1)

    assert "NOTE: removed CT 200 from HA resource configuration." in ct.log(upid)
    assert ct.get("/cluster/ha/resources").data == []
