"""POST /nodes/{node}/qemu: what a new guest has, and what is refused."""

from __future__ import annotations

import re

from fakes.pve.faults import Fault
from tests.contract.client import Pve
from tests.contract.qemu_config.guest import GUESTS, begin, config, create, volumes


def test_a_bare_guest_has_only_what_proxmox_adds(pve: Pve) -> None:
    create(pve)

    shown = config(pve)

    assert sorted(shown) == ["boot", "digest", "meta", "smbios1", "vmgenid"]
    assert shown["boot"] == " "
    assert re.fullmatch(r"creation-qemu=9\.2\.0,ctime=\d+", shown["meta"])


def test_the_file_is_written_in_proxmoxs_format(pve: Pve) -> None:
    create(pve, name="web", cores=2, description="a: b\nümlaut")

    text = pve.datacenter.cfs.read("nodes/hv01/qemu-server/100.conf") or ""

    assert text.startswith("#a%3A b\n#%C3%BCmlaut\nboot: \ncores: 2\nmeta: ")


def test_the_digest_is_that_of_the_file(pve: Pve) -> None:
    create(pve, memory=512)
    before = config(pve)["digest"]

    pve.put(f"{GUESTS}/100/config", {"memory": 1024})

    assert config(pve)["digest"] != before


def test_a_number_in_use_is_refused_at_once(pve: Pve) -> None:
    create(pve)

    answer = pve.post(GUESTS, {"vmid": 100})

    assert (answer.status, answer.reason) == (500, "unable to create VM 100 - VM 100 already exists on node 'hv01'")


def test_integers_are_numbers_and_property_strings_are_text(pve: Pve) -> None:
    create(pve, cores="02", memory=2048, onboot=1, agent=1, cpulimit="0.5")

    shown = config(pve)

    assert (shown["cores"], shown["onboot"]) == (2, 1)
    assert (shown["memory"], shown["agent"], shown["cpulimit"]) == ("2048", "1", "0.5")


def test_a_plus_sign_passes_verification_and_fails_when_written(pve: Pve) -> None:
    upid = begin(pve, cores="+2")

    expected = "unable to create VM 100 - unable to parse value of 'cores' - type check ('integer') failed - got '+2'"
    assert pve.task(upid) == expected


def test_a_json_null_fails_in_the_task(pve: Pve) -> None:
    upid = pve.post(GUESTS, json={"vmid": 100, "name": None}).data

    assert pve.task(upid) == "unable to create VM 100 - unable to parse value of 'name' - got undefined value"


def test_nothing_is_left_of_a_guest_that_could_not_be_made(pve: Pve) -> None:
    upid = begin(pve, scsi0="local-lvm:1", scsi1="local-lvm:vm-999-disk-0")

    status = pve.task(upid)

    assert status == "unable to create VM 100 - no such logical volume pve/vm-999-disk-0"
    assert (
        pve.get(f"{GUESTS}/100/config").reason == "Configuration file 'nodes/hv01/qemu-server/100.conf' does not exist"
    )
    assert volumes(pve) == []


def test_windows_guests_are_pinned_to_a_machine_version(pve: Pve) -> None:
    upid = create(pve, ostype="win11", machine="q35,viommu=virtio")

    assert pve.log(upid) == ["pinning machine type to 'pc-q35-9.2+pve1' for Windows guest OS", "TASK OK"]
    assert config(pve)["machine"] == "pc-q35-9.2+pve1,viommu=virtio"


def test_an_intel_viommu_needs_q35(pve: Pve) -> None:
    upid = begin(pve, machine="pc,viommu=intel")

    expected = "unable to create VM 100 - to use Intel vIOMMU please set the machine type to q35"
    assert pve.task(upid) == expected


def test_vmgenid_zero_is_kept(pve: Pve) -> None:
    create(pve, vmgenid="0")

    assert config(pve)["vmgenid"] == "0"


def test_smp_becomes_sockets(pve: Pve) -> None:
    create(pve, smp=3)

    shown = config(pve)

    assert shown["sockets"] == 3
    assert "smp" not in shown


def test_tags_are_kept_as_sent(pve: Pve) -> None:
    create(pve, tags="zeta;Alpha,beta zeta")

    assert config(pve)["tags"] == "zeta;Alpha,beta zeta"


def test_an_unknown_cpu_model_is_named(pve: Pve) -> None:
    answer = pve.post(GUESTS, {"vmid": 100, "cpu": "foo"})

    assert answer.status == 400
    expected = "invalid format - Built-in cputype 'foo' is not defined (missing 'custom-' prefix?)\n"
    assert answer.errors == {"cpu": expected}


def test_an_unknown_pool_is_forbidden(pve: Pve) -> None:
    answer = pve.post(GUESTS, {"vmid": 100, "pool": "nope"})

    assert (answer.status, answer.reason) == (403, "Permission check failed (pool 'nope' does not exist)")


def test_a_guest_created_for_a_pool_is_its_member(pve: Pve) -> None:
    pve.post("/pools", {"poolid": "prod"})

    create(pve, pool="prod")

    assert pve.datacenter.access.pool_of(100) == "prod"


def test_autostart_is_a_task_of_its_own(pve: Pve) -> None:
    upid = create(pve, start=1)

    assert pve.log(upid) == ["Execute autostart", "TASK OK"]
    assert pve.get(f"{GUESTS}/100/status/current").data["status"] == "running"


def test_unique_needs_an_archive(pve: Pve) -> None:
    answer = pve.post(GUESTS, {"vmid": 100, "unique": 1})

    assert answer.errors == {"archive": "missing property - 'unique' requires this property"}


def test_an_archive_that_does_not_exist_is_refused_at_once(pve: Pve) -> None:
    answer = pve.post(GUESTS, {"vmid": 100, "archive": "local:backup/nope.vma.zst"})

    assert (answer.status, answer.reason) == (500, "volume 'local:backup/nope.vma.zst' does not exist")


def test_only_backups_can_be_restored(pve: Pve) -> None:
    answer = pve.post(GUESTS, {"vmid": 100, "archive": "local:iso/x.iso"})

    expected = "unable to use volume local:iso/x.iso - content type needs to be 'backup'"
    assert (answer.status, answer.reason) == (500, expected)


def test_a_restore_takes_no_drives(pve: Pve) -> None:
    answer = pve.post(GUESTS, {"vmid": 100, "archive": "local:backup/nope.vma.zst", "scsi1": "local-lvm:1"})

    assert (answer.status, answer.errors) == (400, {"scsi1": "option conflicts with option 'archive'"})


def test_a_create_task_that_was_made_to_fail_leaves_nothing(pve: Pve) -> None:
    pve.datacenter.faults.add(Fault("task", path="qmcreate:100", message="out of luck", times=1))

    upid = begin(pve, scsi0="local-lvm:1")

    assert pve.task(upid) == "out of luck"
    assert create(pve, scsi0="local-lvm:1")


def test_a_serial_display_has_no_vnc_clipboard(pve: Pve) -> None:
    upid = begin(pve, vga="serial0,clipboard=vnc")

    assert pve.task(upid) == "unable to create VM 100 - vga type serial0 is not compatible with VNC clipboard"
