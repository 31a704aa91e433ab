"""PUT config of a guest that is off."""

from __future__ import annotations

from tests.contract.client import Pve
from tests.contract.qemu_config.guest import GUESTS, change, config, create, volumes


def test_an_empty_change_is_refused(pve: Pve) -> None:
    create(pve)

    answer = change(pve)

    assert (answer.status, answer.reason) == (500, "no options specified")


def test_a_missing_guest_is_named_by_its_file(pve: Pve) -> None:
    answer = change(pve, memory=512)

    assert (answer.status, answer.reason) == (
        500,
        "Configuration file 'nodes/hv01/qemu-server/100.conf' does not exist",
    )


def test_an_unknown_key_cannot_be_deleted(pve: Pve) -> None:
    create(pve)

    assert change(pve, delete="foo").errors == {"delete": "unknown option 'foo'"}


def test_a_key_cannot_be_set_and_deleted_at_once(pve: Pve) -> None:
    create(pve)

    answer = change(pve, memory=512, delete="memory")

    assert answer.errors == {"delete": "you can't use '-memory' and -delete memory' at the same time"}


def test_deleting_what_is_not_set_is_fine(pve: Pve) -> None:
    create(pve)

    assert change(pve, delete="balloon, tags").status == 200


def test_a_wrong_digest_is_refused_even_with_skiplock(pve: Pve) -> None:
    create(pve)

    answer = change(pve, memory=512, digest="0" * 40, skiplock=1)

    assert (answer.status, answer.reason) == (500, "checksum mismatch (file change by other user?)")


def test_a_lock_refuses_changes(pve: Pve) -> None:
    create(pve, lock="migrate")

    answer = change(pve, memory=512)

    assert (answer.status, answer.reason) == (500, "VM is locked (migrate)")


def test_skiplock_passes_a_lock(pve: Pve) -> None:
    create(pve, lock="migrate")

    assert change(pve, delete="lock", skiplock=1).status == 200

    assert "lock" not in config(pve)


def test_tags_are_normalised(pve: Pve) -> None:
    create(pve)

    change(pve, tags="z;B;a;b")

    assert config(pve)["tags"] == "a;b;z"


def test_empty_tags_are_kept_as_a_blank(pve: Pve) -> None:
    create(pve)

    change(pve, tags="")

    assert config(pve)["tags"] == " "


def test_an_empty_description_goes_away(pve: Pve) -> None:
    create(pve, description="x")

    change(pve, description="")

    assert "description" not in config(pve)


def test_a_removed_disk_becomes_unused(pve: Pve) -> None:
    create(pve, scsi0="local-lvm:1")

    change(pve, delete="scsi0")

    shown = config(pve)
    assert shown["unused0"] == "local-lvm:vm-100-disk-0"
    assert shown["boot"] == " "


def test_attaching_an_unused_disk_again_removes_the_note(pve: Pve) -> None:
    create(pve, scsi0="local-lvm:1")
    change(pve, delete="scsi0")

    change(pve, scsi3="local-lvm:vm-100-disk-0")

    shown = config(pve)
    assert shown["scsi3"] == "local-lvm:vm-100-disk-0,size=1G"
    assert "unused0" not in shown


def test_deleting_an_unused_disk_destroys_it(pve: Pve) -> None:
    create(pve, scsi0="local-lvm:1")
    change(pve, delete="scsi0")

    change(pve, delete="unused0")

    assert volumes(pve) == []


def test_unlink_with_force_destroys_the_disk(pve: Pve) -> None:
    create(pve, scsi0="local-lvm:1")

    answer = pve.put(f"{GUESTS}/100/unlink", {"idlist": "scsi0", "force": 1})

    assert answer.status == 200
    assert volumes(pve) == []
    assert "unused0" not in config(pve)


def test_a_replaced_disk_becomes_unused(pve: Pve) -> None:
    create(pve, scsi0="local-lvm:1")

    change(pve, scsi0="local-lvm:2")

    shown = config(pve)
    assert shown["scsi0"] == "local-lvm:vm-100-disk-1,size=2G"
    assert shown["unused0"] == "local-lvm:vm-100-disk-0"


def test_setting_a_drive_again_replaces_its_options_and_keeps_the_size(pve: Pve) -> None:
    create(pve, scsi0="local-lvm:1,ssd=1")

    change(pve, scsi0="local-lvm:vm-100-disk-0,cache=writeback")

    shown = config(pve)
    assert shown["scsi0"] == "local-lvm:vm-100-disk-0,cache=writeback,size=1G"
    assert "unused0" not in shown


def test_a_protected_guest_keeps_its_disks(pve: Pve) -> None:
    create(pve, scsi0="local-lvm:1", protection=1)

    answer = change(pve, delete="scsi0")

    assert (answer.status, answer.reason) == (500, "can't remove drive 'scsi0' - protection mode enabled")


def test_a_boot_order_of_missing_devices_is_refused(pve: Pve) -> None:
    create(pve, net0="virtio")

    answer = change(pve, boot="order=net0;scsi9")

    assert (answer.status, answer.reason) == (500, "invalid bootorder: device 'scsi9' does not exist'")


def test_a_new_cd_drive_joins_the_boot_order(pve: Pve) -> None:
    create(pve, net0="virtio")

    change(pve, ide2="none,media=cdrom")

    assert config(pve)["boot"] == "order=net0;ide2"


def test_a_new_disk_does_not_join_the_boot_order(pve: Pve) -> None:
    create(pve, net0="virtio")

    change(pve, scsi0="local-lvm:1")

    assert config(pve)["boot"] == "order=net0"


def test_a_balloon_larger_than_the_memory_is_refused(pve: Pve) -> None:
    create(pve, memory=512)

    answer = change(pve, balloon=1024)

    assert answer.reason == "balloon value too large (must be smaller than assigned memory)"


def test_an_invalid_key_is_no_ssh_key(pve: Pve) -> None:
    create(pve)

    answer = change(pve, sshkeys="ssh-rsa%20AAAA%20x")

    assert (answer.status, answer.reason) == (500, "SSH public key validation error")


def test_a_missing_hook_script_is_refused(pve: Pve) -> None:
    create(pve)

    answer = change(pve, hookscript="local:snippets/x.pl")

    assert answer.errors == {"hookscript": "hookscript '/var/lib/vz/snippets/x.pl' does not exist\n"}
