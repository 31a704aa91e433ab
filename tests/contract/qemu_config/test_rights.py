"""Who may create a guest and set which key."""

from __future__ import annotations

import pytest

from tests.contract.client import Answer, Pve
from tests.contract.qemu_config.guest import GUESTS, change, create


@pytest.fixture
def allocator(pve: Pve) -> Pve:
    """A user who may create guests and nothing else."""
    assert pve.post("/access/roles", {"roleid": "Alloc", "privs": "VM.Allocate,VM.Audit"}).status == 200
    return pve.new_user("carol@pve", {"/vms": "Alloc"})


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.reason


def test_without_allocate_nothing_is_created(pve: Pve) -> None:
    answer = pve.new_user("bob@pve").post(GUESTS, {"vmid": 100})

    assert refusal(answer) == (403, "Permission check failed")


def test_allocate_alone_creates_a_bare_guest(allocator: Pve) -> None:
    answer = allocator.post(GUESTS, {"vmid": 100, "tags": "a", "ide2": "none,media=cdrom"})

    assert answer.status == 200


@pytest.mark.parametrize(
    ("key", "value", "missing"),
    [
        ("cores", "2", "/vms/100, VM.Config.CPU"),
        ("memory", "512", "/vms/100, VM.Config.Memory"),
        ("scsihw", "virtio-scsi-pci", "/vms/100, VM.Config.HWType"),
        ("usb0", "spice", "/vms/100, VM.Config.HWType"),
        ("serial0", "socket", "/vms/100, VM.Config.HWType"),
        ("name", "web", "/vms/100, VM.Config.Options"),
        ("agent", "1", "/vms/100, VM.Config.Options"),
        ("net0", "virtio", "/vms/100, VM.Config.Network"),
        ("virtiofs0", "d1", "/vms/100, VM.Config.Disk"),
        ("boot", "cdn", "/vms/100, VM.Config.Disk"),
        ("ciuser", "x", "/vms/100, VM.Config.Cloudinit|VM.Config.Network"),
        ("scsi0", "local-lvm:1", "/storage/local-lvm, Datastore.AllocateSpace"),
        ("ide2", "local:iso/x.iso,media=cdrom", "/storage/local, Datastore.AllocateSpace|Datastore.Audit"),
    ],
)
def test_a_key_asks_for_its_own_right(allocator: Pve, key: str, value: str, missing: str) -> None:
    answer = allocator.post(GUESTS, {"vmid": 100, key: value})

    assert refusal(answer) == (403, f"Permission check failed ({missing})")


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [
        ("args", "-x", "config"),
        ("lock", "backup", "config"),
        ("hookscript", "local:snippets/x", "config"),
        ("vmgenid", "1", "config"),
        ("hostpci0", "00:01.0", "config for non-mapped devices"),
        ("serial0", "/dev/ttyS0", "config for real devices"),
        ("usb0", "host=1234:5678", "config for real devices"),
    ],
)
def test_only_root_sets_what_reaches_the_host(allocator: Pve, key: str, value: str, what: str) -> None:
    answer = allocator.post(GUESTS, {"vmid": 100, key: value})

    assert refusal(answer) == (500, f"only root can set '{key}' {what}")


def test_a_bridge_asks_for_the_right_to_use_it(pve: Pve) -> None:
    dave = pve.new_user("dave@pve", {"/vms": "PVEVMAdmin"})

    answer = dave.post(GUESTS, {"vmid": 100, "net0": "virtio,bridge=vmbr0"})

    assert refusal(answer) == (403, "Permission check failed (/sdn/zones/localnetwork/vmbr0, SDN.Use)")


def test_a_vlan_asks_for_the_right_to_use_it(pve: Pve) -> None:
    dave = pve.new_user("dave@pve", {"/vms": "PVEVMAdmin"})

    answer = dave.post(GUESTS, {"vmid": 100, "net0": "virtio,bridge=vmbr0,tag=5"})

    assert refusal(answer) == (403, "Permission check failed (/sdn/zones/localnetwork/vmbr0/5, SDN.Use)")


def test_a_right_at_the_pool_is_enough(pve: Pve) -> None:
    pve.post("/pools", {"poolid": "prod"})
    erin = pve.new_user("erin@pve", {"/pool/prod": "PVEVMAdmin"})

    answer = erin.post(GUESTS, {"vmid": 100, "pool": "prod", "cores": 2})

    assert answer.status == 200


def test_a_token_of_root_is_not_root(pve: Pve) -> None:
    secret = pve.post("/access/users/root@pam/token/ci", {"privsep": 0}).data["value"]

    answer = pve.with_token("root@pam!ci", secret).post(GUESTS, {"vmid": 100, "args": "-x"})

    assert refusal(answer) == (500, "only root can set 'args' config")


def test_without_any_config_right_all_of_them_are_named(pve: Pve) -> None:
    create(pve)
    auditor = pve.new_user("frank@pve", {"/vms": "PVEAuditor"})

    answer = change(auditor, memory=512)

    wanted = "|".join(
        f"VM.Config.{name}" for name in ("Disk", "CDROM", "CPU", "Memory", "Network", "HWType", "Options", "Cloudinit")
    )
    assert refusal(answer) == (403, f"Permission check failed (/vms/100, {wanted})")


def test_only_root_skips_a_lock(pve: Pve) -> None:
    create(pve)
    grace = pve.new_user("grace@pve", {"/vms": "PVEVMAdmin"})

    answer = change(grace, memory=512, skiplock=1)

    assert (answer.status, answer.errors) == (400, {"skiplock": "Only root may use this option."})


def test_a_registered_tag_needs_sys_modify(pve: Pve) -> None:
    create(pve)
    pve.put("/cluster/options", {"registered-tags": "prod"})
    grace = pve.new_user("grace@pve", {"/vms": "PVEVMAdmin"})

    answer = change(grace, tags="prod")

    assert refusal(answer) == (500, "'Sys.Modify' required on '/' for modifying tag 'prod'")


def test_only_existing_tags_may_be_given_where_the_datacenter_says_so(pve: Pve) -> None:
    create(pve, vmid=101, tags="web")
    create(pve)
    pve.put("/cluster/options", {"user-tag-access": "user-allow=existing"})
    grace = pve.new_user("grace@pve", {"/vms": "PVEVMAdmin"})

    assert change(grace, tags="web").status == 200
    assert refusal(change(grace, tags="db")) == (500, "'Sys.Modify' required on '/' for modifying tag 'db'")


def test_the_tags_in_use_are_allowed(pve: Pve) -> None:
    create(pve, tags="web;db")
    create(pve, vmid=101, tags="old")

    change(pve, vmid=101, delete="tags")

    assert pve.get("/cluster/options").data["allowed-tags"] == ["db", "web"]


def test_another_guests_volume_needs_rights_on_both(pve: Pve) -> None:
    create(pve, vmid=101, scsi0="local-lvm:1")
    create(pve)
    pve.post("/access/roles", {"roleid": "Disks", "privs": "VM.Config.Disk"})
    heidi = pve.new_user("heidi@pve", {"/vms/100": "Disks"})

    answer = change(heidi, scsi0="local-lvm:vm-101-disk-0")

    assert refusal(answer) == (403, "Permission check failed (/storage/local-lvm, Datastore.Audit)")


def test_paths_are_for_root_only(pve: Pve) -> None:
    create(pve)
    grace = pve.new_user("grace@pve", {"/vms": "PVEVMAdmin"})

    answer = change(grace, scsi0="/dev/sda")

    assert answer.status == 500
    assert answer.reason.startswith("Only root can pass arbitrary filesystem paths. at /usr/share/perl5/PVE/Storage.pm")
