"""Changes of a running guest: what is plugged at once and what waits."""

from __future__ import annotations

import pytest

from fakes.pve.hypervisor import MemoryHypervisor, use_hypervisor
from tests.contract.client import Pve
from tests.contract.qemu_config.guest import change, config, create, pending, start, stop, volumes


@pytest.fixture
def running(pve: Pve) -> Pve:
    """A node with guest 100 running."""
    create(
        pve,
        cores=1,
        memory=512,
        agent=1,
        scsi0="local-lvm:1",
        scsi1="local-lvm:1",
        virtio1="local-lvm:1",
        ide2="none,media=cdrom",
        net0="virtio=02:DE:20:00:00:01,bridge=vmbr0",
    )
    start(pve)
    return pve


def test_cores_wait_for_the_next_start(running: Pve) -> None:
    change(running, cores=2)

    assert pending(running)["cores"] == {"key": "cores", "value": 1, "pending": 2}
    assert config(running)["cores"] == 2
    assert config(running, current=1)["cores"] == 1


def test_a_stop_applies_what_waits(running: Pve) -> None:
    change(running, cores=2)

    stop(running)

    assert config(running, current=1)["cores"] == 2
    assert "pending" not in pending(running)["cores"]


def test_the_name_changes_at_once(running: Pve) -> None:
    change(running, name="other")

    assert config(running, current=1)["name"] == "other"


def test_revert_drops_a_pending_value(running: Pve) -> None:
    change(running, cores=2)

    change(running, revert="cores")

    assert pending(running)["cores"] == {"key": "cores", "value": 1}


def test_setting_a_pending_value_back_drops_it(running: Pve) -> None:
    change(running, memory=1024)

    change(running, memory=512)

    assert pending(running)["memory"] == {"key": "memory", "value": "512"}


def test_a_pending_removal_is_shown(running: Pve) -> None:
    change(running, delete="memory")

    assert pending(running)["memory"]["delete"] == 1
    assert "memory" not in config(running)


def test_the_digest_is_one_of_the_pending_rows(running: Pve) -> None:
    assert pending(running)["digest"]["value"] == config(running)["digest"]


def test_the_boot_disk_cannot_be_unplugged(running: Pve) -> None:
    answer = change(running, delete="scsi0")

    assert (answer.status, answer.errors) == (400, {"scsi0": "hotplug problem - can't unplug bootdisk 'scsi0'\n"})


def test_the_removal_of_the_boot_disk_is_carried_out_at_the_stop(running: Pve) -> None:
    change(running, delete="scsi0")

    stop(running)

    assert config(running)["unused0"] == "local-lvm:vm-100-disk-0"


def test_another_scsi_disk_is_unplugged_at_once(running: Pve) -> None:
    change(running, delete="scsi1")

    shown = config(running, current=1)
    assert "scsi1" not in shown
    assert shown["unused0"] == "local-lvm:vm-100-disk-1"


def test_a_new_scsi_disk_is_plugged_at_once(running: Pve) -> None:
    change(running, scsi5="local-lvm:1")

    assert config(running, current=1)["scsi5"] == "local-lvm:vm-100-disk-3,size=1G"


def test_a_new_sata_disk_waits(running: Pve) -> None:
    change(running, sata0="local-lvm:1")

    assert pending(running)["sata0"] == {"key": "sata0", "pending": "local-lvm:vm-100-disk-3,size=1G"}


def test_the_volume_of_a_pending_disk_that_is_dropped_becomes_unused(running: Pve) -> None:
    change(running, sata0="local-lvm:1")

    change(running, delete="sata0")

    assert config(running, current=1)["unused0"] == "local-lvm:vm-100-disk-3"
    assert "local-lvm:vm-100-disk-3" in volumes(running)


def test_throttling_a_disk_works_at_once(running: Pve) -> None:
    change(running, scsi0="local-lvm:vm-100-disk-0,mbps=10")

    assert config(running, current=1)["scsi0"] == "local-lvm:vm-100-disk-0,mbps=10,size=1G"


def test_another_cache_mode_waits(running: Pve) -> None:
    change(running, scsi0="local-lvm:vm-100-disk-0,cache=writeback")

    assert pending(running)["scsi0"]["pending"] == "local-lvm:vm-100-disk-0,cache=writeback,size=1G"


def test_a_cd_is_changed_at_once(running: Pve) -> None:
    running.node.files.write("var/lib/vz/template/iso/tiny.iso", b"x" * 512)

    change(running, ide2="local:iso/tiny.iso,media=cdrom")

    assert config(running, current=1)["ide2"] == "local:iso/tiny.iso,media=cdrom,size=512"


def test_another_bridge_is_taken_at_once(running: Pve) -> None:
    change(running, net0="virtio=02:DE:20:00:00:01,bridge=vmbr1")

    assert config(running, current=1)["net0"] == "virtio=02:DE:20:00:00:01,bridge=vmbr1"


def test_a_network_card_waits_where_network_hotplug_is_off(pve: Pve) -> None:
    create(pve, hotplug="disk")
    start(pve)

    change(pve, net0="virtio=02:DE:20:00:00:01,bridge=vmbr0")

    assert "value" not in pending(pve)["net0"]


def test_trimming_after_clones_is_switched_at_once(running: Pve) -> None:
    change(running, agent="1,fstrim_cloned_disks=1")

    assert config(running, current=1)["agent"] == "1,fstrim_cloned_disks=1"


def test_an_empty_guest_does_not_let_go_of_a_virtio_disk(pve: Pve) -> None:
    use_hypervisor(pve.datacenter, MemoryHypervisor(pve.datacenter, guests="empty"))
    create(pve, scsi0="local-lvm:1", virtio1="local-lvm:1", boot="order=scsi0")
    start(pve)

    answer = change(pve, delete="virtio1")

    assert answer.errors == {"virtio1": "hotplug problem - error on hot-unplugging device 'virtio1'\n"}


def test_a_cloudinit_setting_is_recorded_until_the_image_is_new(pve: Pve) -> None:
    create(pve, ide2="local-lvm:cloudinit", ciuser="one")
    start(pve)

    change(pve, ciuser="two")

    rows = {row["key"]: row for row in pve.get("/nodes/hv01/qemu/100/cloudinit").data}
    assert rows["ciuser"] == {"key": "ciuser", "value": "one", "pending": "two"}


def test_a_new_image_takes_the_recorded_settings_in(pve: Pve) -> None:
    create(pve, ide2="local-lvm:cloudinit", ciuser="one")
    start(pve)
    change(pve, ciuser="two")

    assert pve.put("/nodes/hv01/qemu/100/cloudinit").status == 200

    assert pve.get("/nodes/hv01/qemu/100/cloudinit").data == [{"key": "ciuser", "value": "two"}]
