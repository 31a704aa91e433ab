"""What a user may change of a container."""

from __future__ import annotations

import pytest

from tests.contract.client import Pve
from tests.contract.lxc.container import create

ANY = "VM.Config.Disk|VM.Config.CPU|VM.Config.Memory|VM.Config.Network|VM.Config.Options"


@pytest.fixture
def carl(ct: Pve) -> Pve:
    """A user who administrates container 200 and the privileged container 201, but no storage."""
    create(ct, vmid=201)
    return ct.new_user("carl@pve", {"/vms/200": "PVEVMAdmin", "/vms/201": "PVEVMAdmin"})


def refusal(user: Pve, vmid: int, **options: str | int) -> str:
    answer = user.put(f"/nodes/hv01/lxc/{vmid}/config", options)
    assert answer.status == 403
    return answer.reason.removeprefix("Permission check failed (").removesuffix(")")


def test_a_user_without_rights_is_told_the_whole_list(ct: Pve) -> None:
    nobody = ct.new_user("nobody@pve")

    assert refusal(nobody, 200, memory=512) == f"/vms/200, {ANY}"


def test_an_administrator_may_change_memory(carl: Pve) -> None:
    assert carl.put("/nodes/hv01/lxc/200/config", {"memory": 300}).status == 200


def test_volumes_need_a_right_on_their_storage(carl: Pve) -> None:
    assert refusal(carl, 200, mp0="local-lvm:1,mp=/x") == "/storage/local-lvm, Datastore.AllocateSpace"


def test_folders_of_the_node_are_for_root(carl: Pve) -> None:
    assert refusal(carl, 200, mp0="/srv,mp=/x") == "mount point type bind is only allowed for root@pam"


def test_devices_are_for_root(carl: Pve) -> None:
    assert refusal(carl, 200, dev0="/dev/null") == "configuring device passthrough is only allowed for root@pam"


def test_features_of_a_privileged_container_are_for_root(carl: Pve) -> None:
    text = "changing feature flags for privileged container is only allowed for root@pam"
    assert refusal(carl, 201, features="nesting=1") == text


def test_an_administrator_may_nest_in_an_unprivileged_container(carl: Pve) -> None:
    assert carl.put("/nodes/hv01/lxc/200/config", {"features": "nesting=1"}).status == 200


def test_other_features_are_for_root(carl: Pve) -> None:
    text = "changing feature flags (except nesting) is only allowed for root@pam"
    assert refusal(carl, 200, features="keyctl=1") == text


def test_cards_need_the_right_to_use_their_bridge(carl: Pve) -> None:
    assert refusal(carl, 200, net1="name=eth1,bridge=vmbr0") == "/sdn/zones/localnetwork/vmbr0, SDN.Use"


def test_hook_scripts_are_for_root(carl: Pve) -> None:
    text = "changing the hookscript is only allowed for root@pam"
    assert refusal(carl, 200, hookscript="local:snippets/x.pl") == text


def test_options_need_their_own_right(ct: Pve) -> None:
    ct.post("/access/roles", {"roleid": "Memory", "privs": "VM.Config.Memory"})
    user = ct.new_user("mem@pve", {"/vms/200": "Memory"})

    assert refusal(user, 200, onboot=1) == "/vms/200, VM.Config.Options"
