"""Cloning containers and making templates."""

from __future__ import annotations

from fakes.pve.durations import PROFILES
from tests.contract.client import Pve
from tests.contract.lxc.container import CT, ROOT, change, config, create, snapshot, status, volumes

NEW = 201


def clone(pve: Pve, **options: str | int) -> str:
    """Clone 200 to 201; returns the task's UPID."""
    answer = pve.post(f"{CT}/clone", {"newid": NEW, **options})
    assert answer.status == 200, answer.message
    return str(answer.data)


def refusal(pve: Pve, **options: str | int) -> str:
    answer = pve.post(f"{CT}/clone", {"newid": NEW, **options})
    assert answer.status == 500
    return answer.reason


def test_a_clone_keeps_all_but_addresses(ct: Pve) -> None:
    assert ct.task(clone(ct)) == "OK"

    old, new = config(ct), config(ct, NEW)
    assert new["hostname"] == "web"
    assert new["rootfs"] == "local-lvm:vm-201-disk-0,size=1G"
    assert new["net0"].split("hwaddr=")[1].startswith("BC:24:11:")
    assert (old["unprivileged"], new["unprivileged"]) == (1, 1)


def test_a_clone_may_be_named_and_described(ct: Pve) -> None:
    clone(ct, hostname="second", description="a copy")

    assert (config(ct, NEW)["hostname"], config(ct, NEW)["description"]) == ("second", "a copy\n")


def test_a_full_clone_may_go_to_another_storage(folder: Pve) -> None:
    clone(folder, full=1, storage="dirct")

    assert config(folder, NEW)["rootfs"] == "dirct:201/vm-201-disk-0.raw,size=1G"


def test_the_log_names_what_is_copied(ct: Pve) -> None:
    assert ct.log(clone(ct))[0] == f"create full clone of mountpoint rootfs ({ROOT})"


def test_unused_volumes_and_snapshots_are_not_cloned(ct: Pve) -> None:
    change(ct, mp0="local-lvm:1,mp=/data")
    change(ct, delete="mp0")
    snapshot(ct, "first")

    clone(ct)

    assert not {"unused0", "parent"} & config(ct, NEW).keys()


def test_source_and_clone_are_unlocked_afterwards(ct: Pve) -> None:
    clone(ct)

    assert "lock" not in config(ct)
    assert "lock" not in config(ct, NEW)


def test_a_running_container_is_cloned_from_a_snapshot_only(running: Pve) -> None:
    assert refusal(running) == "Cannot do full clones on a running container without snapshots"


def test_a_snapshot_of_a_running_container_can_be_cloned(running: Pve) -> None:
    snapshot(running, "first")

    assert running.task(clone(running, snapname="first")) == "OK"


def test_linked_clones_need_a_template(ct: Pve) -> None:
    assert refusal(ct, full=0) == f"Linked clone feature for '{ROOT}' is not available"


def test_linked_clones_stay_on_their_storage(template: Pve) -> None:
    assert refusal(template, storage="local-lvm") == "parameter 'storage' not allowed for linked clones"


def test_a_refused_clone_leaves_nothing(template: Pve) -> None:
    refusal(template, storage="local-lvm")

    assert template.get(f"/nodes/hv01/lxc/{NEW}/config").status == 500
    assert "lock" not in config(template)


def test_a_template_gives_linked_clones(template: Pve) -> None:
    upid = clone(template, hostname="linked")

    assert template.log(upid)[0] == "create linked clone of mount point rootfs (local-lvm:base-200-disk-0)"
    assert config(template, NEW)["rootfs"] == "local-lvm:vm-201-disk-0,size=1G"
    assert "template" not in config(template, NEW)


def test_folders_of_the_node_cannot_be_cloned(ct: Pve) -> None:
    change(ct, mp0="/srv,mp=/srv")

    assert refusal(ct) == "unable to clone mountpoint 'mp0' (type bind)"


def test_the_number_must_be_free(ct: Pve) -> None:
    create(ct, vmid=NEW)

    assert refusal(ct) == "CT 201 already exists on node 'hv01'"


def test_a_missing_snapshot_is_named(ct: Pve) -> None:
    assert refusal(ct, snapname="nope") == "snapshot 'nope' does not exist"


def test_a_storage_without_containers_fails_in_the_task(ct: Pve) -> None:
    upid = clone(ct, storage="local")

    text = "content type 'rootdir' is not available or configured on storage 'local'"
    assert ct.task(upid) == f"clone failed: {text}"
    assert volumes(ct) == [ROOT]
    assert "lock" not in config(ct)


def test_a_template_has_base_volumes(template: Pve) -> None:
    assert config(template)["rootfs"] == "local-lvm:base-200-disk-0,size=1G"
    assert status(template)["template"] == 1


def test_the_answer_to_a_conversion_is_empty(ct: Pve) -> None:
    answer = ct.post(f"{CT}/template")

    assert (answer.status, answer.data) == (200, None)


def test_a_running_container_is_not_converted(running: Pve) -> None:
    refused = running.post(f"{CT}/template")

    assert refused.reason == "you can't convert a CT to template if the CT is running"


def test_a_container_with_snapshots_is_not_converted(ct: Pve) -> None:
    snapshot(ct, "first")

    refused = ct.post(f"{CT}/template")

    assert refused.reason == "unable to create template, because CT contains snapshots"


def test_directories_have_no_container_templates(folder: Pve) -> None:
    create(folder, vmid=NEW, rootfs="dirct:1")

    refused = folder.post(f"/nodes/hv01/lxc/{NEW}/template")

    assert refused.reason == "Directory storage 'dirct' does not support container templates!"


def test_a_clone_that_fails_later_leaves_nothing(ct: Pve) -> None:
    change(ct, mp0="local-lvm:1,mp=/data")
    ct.datacenter.durations = PROFILES["lab"]
    upid = clone(ct)

    ct.put("/storage/local-lvm", {"disable": 1})

    assert ct.task(upid).startswith("clone failed: storage 'local-lvm' is disabled")
    assert ct.get(f"/nodes/hv01/lxc/{NEW}/config").status == 500
    assert "lock" not in config(ct)


def test_a_clone_at_work_locks_its_source(ct: Pve) -> None:
    ct.datacenter.durations = PROFILES["lab"]

    upid = clone(ct)

    assert (config(ct)["lock"], config(ct, NEW)["lock"]) == ("disk", "create")
    assert ct.task(upid) == "OK"
    assert "lock" not in config(ct)
