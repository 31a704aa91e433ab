"""Changing the configuration of a container that is off."""

from __future__ import annotations

import pytest

from tests.contract.client import Pve
from tests.contract.lxc.container import CT, ROOT, change, config, snapshot, volumes


def test_a_change_is_in_force_at_once(ct: Pve) -> None:
    change(ct, memory=1024, cores=2)

    stored = config(ct, current=1)
    assert (stored["memory"], stored["cores"]) == (1024, 2)


def test_an_empty_change_is_refused(ct: Pve) -> None:
    refused = change(ct)

    assert (refused.status, refused.reason) == (500, "no options specified")


def test_a_missing_container_is_named_by_its_file(pve: Pve) -> None:
    refused = change(pve, memory=512)

    assert (refused.status, refused.reason) == (500, "Configuration file 'nodes/hv01/lxc/200.conf' does not exist")


def test_a_key_goes(ct: Pve) -> None:
    change(ct, cores=2)

    change(ct, delete="cores")

    assert "cores" not in config(ct)


def test_an_unknown_key_cannot_go(ct: Pve) -> None:
    refused = change(ct, delete="nope")

    assert (refused.status, refused.errors) == (400, {"delete": "unknown option 'nope'"})


@pytest.mark.parametrize("key", ["memory", "rootfs", "ostype"])
def test_what_every_container_needs_cannot_go(ct: Pve, key: str) -> None:
    refused = change(ct, delete=key)

    assert (refused.status, refused.reason) == (500, f"unable to delete required option '{key}'")


def test_a_container_stays_unprivileged(ct: Pve) -> None:
    refused = change(ct, unprivileged=0)

    assert (refused.status, refused.reason) == (500, "unable to modify read-only option: 'unprivileged'")


def test_a_stale_digest_is_refused(ct: Pve) -> None:
    refused = change(ct, memory=600, digest="0" * 40)

    assert (refused.status, refused.reason) == (500, "checksum mismatch (file change by other user?)")


def test_the_root_is_stored_as_sent(ct: Pve) -> None:
    change(ct, rootfs=f"{ROOT},size=1G,acl=1")

    assert config(ct)["rootfs"] == f"{ROOT},size=1G,acl=1"


def test_a_replaced_mount_point_leaves_its_volume_unused(ct: Pve) -> None:
    change(ct, mp0="local-lvm:1,mp=/srv")

    change(ct, mp0="local-lvm:1,mp=/srv")

    assert config(ct)["mp0"] == "local-lvm:vm-200-disk-2,mp=/srv,size=1G"
    assert config(ct)["unused0"] == "local-lvm:vm-200-disk-1"


def test_an_unused_volume_is_destroyed_with_its_key(ct: Pve) -> None:
    change(ct, mp0="local-lvm:1,mp=/srv")
    change(ct, delete="mp0")

    change(ct, delete="unused0")

    assert volumes(ct) == [ROOT]
    assert "unused0" not in config(ct)


def test_an_unused_volume_that_a_snapshot_has_is_only_forgotten(ct: Pve) -> None:
    change(ct, mp0="local-lvm:1,mp=/srv")
    snapshot(ct, "before")
    change(ct, delete="mp0")

    change(ct, delete="unused0")

    assert volumes(ct) == [ROOT, "local-lvm:vm-200-disk-1"]


def test_an_attached_volume_is_unused_no_longer(ct: Pve) -> None:
    change(ct, mp0="local-lvm:1,mp=/srv")
    change(ct, delete="mp0")

    change(ct, mp3="local-lvm:vm-200-disk-1,mp=/back")

    assert config(ct)["mp3"] == "local-lvm:vm-200-disk-1,mp=/back,size=1G"
    assert "unused0" not in config(ct)


def test_a_volume_that_does_not_exist_is_accepted(ct: Pve) -> None:
    assert change(ct, mp1="local-lvm:vm-200-disk-7,mp=/x").status == 200


def test_a_folder_of_the_node_leaves_nothing_unused(ct: Pve) -> None:
    change(ct, mp1="/srv/host,mp=/host")

    change(ct, delete="mp1")

    assert "unused0" not in config(ct)


def test_a_storage_must_be_for_containers(ct: Pve) -> None:
    refused = change(ct, mp0="local:1,mp=/x")

    assert refused.reason == "storage 'local' does not allow content type 'rootdir' (Container)"


def test_a_protected_container_keeps_its_mount_points(ct: Pve) -> None:
    change(ct, mp0="local-lvm:1,mp=/srv", protection=1)

    refused = change(ct, delete="mp0")

    assert refused.reason == "can't remove CT 200 drive 'mp0' - protection mode enabled"


def test_a_card_with_an_mtu_needs_its_bridge(ct: Pve) -> None:
    refused = change(ct, net1="name=eth1,bridge=vmbr7,mtu=1400")

    assert (refused.status, refused.reason) == (500, "bridge 'vmbr7' does not exist")


def test_a_card_has_no_larger_mtu_than_its_bridge(ct: Pve) -> None:
    refused = change(ct, net1="name=eth1,bridge=vmbr0,mtu=9000")

    assert refused.reason == "net1: MTU size '9000' is bigger than bridge MTU '1500'"


def test_a_hook_script_must_exist(ct: Pve) -> None:
    refused = change(ct, hookscript="local:snippets/nope.pl")

    assert (refused.status, refused.reason) == (500, "script 'local:snippets/nope.pl' does not exist")


def test_a_device_must_exist(ct: Pve) -> None:
    refused = change(ct, dev0="/dev/nope")

    assert (refused.status, refused.reason) == (500, "Device /dev/nope does not exist")


def test_a_lock_that_was_set_cannot_be_taken_back(ct: Pve) -> None:
    assert change(ct, lock="backup").status == 200

    refused = change(ct, delete="lock")

    assert (refused.status, refused.reason) == (500, "CT is locked (backup)")


def test_template_is_simply_stored(ct: Pve) -> None:
    change(ct, template=1)

    assert config(ct)["template"] == 1
    assert config(ct)["rootfs"] == f"{ROOT},size=1G"


def test_a_snapshot_and_the_present_cannot_be_asked_for_together(ct: Pve) -> None:
    refused = ct.get(f"{CT}/config", {"snapshot": "ss", "current": 1})

    assert refused.errors["snapshot"] == "cannot use 'snapshot' parameter with 'current'"
