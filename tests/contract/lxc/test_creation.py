"""Creating containers from templates."""

from __future__ import annotations

import pytest

from tests.contract.client import Pve
from tests.contract.lxc.container import CT, GUESTS, ROOT, TEMPLATE, ask, begin, config, create, status, volumes


def test_a_bare_container_gets_the_defaults(node: Pve) -> None:
    create(node)

    stored = config(node)
    del stored["digest"]
    assert stored == {
        "arch": "amd64",
        "hostname": "CT200",
        "memory": 512,
        "ostype": "debian",
        "rootfs": f"{ROOT},size=1G",
        "swap": 512,
    }


def test_a_storage_alone_gives_a_root_of_four_gib(node: Pve) -> None:
    create(node, rootfs=None, storage="local-lvm")

    assert config(node)["rootfs"] == f"{ROOT},size=4G"


def test_a_bare_size_is_for_the_given_storage(node: Pve) -> None:
    create(node, rootfs="2", storage="local-lvm")

    assert config(node)["rootfs"] == f"{ROOT},size=2G"


def test_mount_points_are_reprinted_with_their_volumes(node: Pve) -> None:
    create(node, mp0="local-lvm:1,ro=yes,backup=1,mp=/data")

    assert config(node)["mp0"] == "local-lvm:vm-200-disk-1,mp=/data,backup=1,ro=1,size=1G"


def test_tags_are_normalised(node: Pve) -> None:
    create(node, tags="Web;ct;web")

    assert config(node)["tags"] == "ct;web"


def test_a_description_ends_with_a_newline(node: Pve) -> None:
    create(node, description="first")

    assert config(node)["description"] == "first\n"


def test_a_card_gets_an_address_and_its_type(node: Pve) -> None:
    create(node, net0="name=eth0,ip=dhcp,bridge=vmbr0,tag=5")

    assert config(node)["net0"].startswith("name=eth0,bridge=vmbr0,hwaddr=BC:24:11:")
    assert config(node)["net0"].endswith(",ip=dhcp,tag=5,type=veth")


def test_name_servers_are_joined_by_blanks(node: Pve) -> None:
    create(node, nameserver="192.0.2.1,192.0.2.3")

    assert config(node)["nameserver"] == "192.0.2.1 192.0.2.3"


def test_the_pool_takes_the_container_in(node: Pve) -> None:
    node.post("/pools", {"poolid": "prod"})

    create(node, pool="prod")

    assert [row["id"] for row in node.get("/pools/prod").data["members"]] == ["lxc/200"]


def test_start_makes_a_second_task(node: Pve) -> None:
    create(node, start=1)

    assert status(node)["status"] == "running"
    assert {row["type"] for row in node.get("/nodes/hv01/tasks").data} == {"vzcreate", "vzstart"}


def test_the_log_tells_of_file_system_and_template(node: Pve) -> None:
    log = node.log(create(node))

    assert log[0] == '  Logical volume "vm-200-disk-0" created.'
    assert log[1] == "Creating filesystem with 262144 4k blocks and 65536 inodes"
    assert log[4] == "\t32768, 98304, 163840, 229376"
    assert "extracting archive '/var/lib/vz/template/cache/debian-12-standard_12.7-1_amd64.tar.zst'" in log
    assert log[-2:] == ["Detected container architecture: amd64", "TASK OK"]


def test_a_missing_template_is_found_out_after_the_volume_was_made(node: Pve) -> None:
    upid = begin(node, ostemplate="local:vztmpl/nope.tar.zst")

    assert node.task(upid) == "unable to create CT 200 - volume 'local:vztmpl/nope.tar.zst' does not exist"
    assert '  Logical volume "vm-200-disk-0" successfully removed.' in node.log(upid)
    assert node.get(f"{CT}/config").reason == "Configuration file 'nodes/hv01/lxc/200.conf' does not exist"
    assert volumes(node) == []


def test_a_root_volume_must_exist(node: Pve) -> None:
    upid = begin(node, rootfs=ROOT)

    assert node.task(upid) == "unable to create CT 200 - no such logical volume pve/vm-200-disk-0"


def test_a_number_that_a_virtual_machine_has_is_refused(node: Pve) -> None:
    node.post("/nodes/hv01/qemu", {"vmid": 200})

    refused = ask(node)

    assert (refused.status, refused.reason) == (500, "VM 200 already exists on node 'hv01'")


def test_a_number_that_a_container_has_is_refused(ct: Pve) -> None:
    refused = ask(ct)

    assert (refused.status, refused.reason) == (500, "CT 200 already exists on node 'hv01'")


def test_the_default_storage_has_no_room_for_containers(node: Pve) -> None:
    refused = ask(node, rootfs=None)

    assert refused.status == 400
    assert refused.errors == {"storage": "storage 'local' does not support container directories"}


@pytest.mark.parametrize("options", [{"rootfs": "nope:1"}, {"rootfs": None, "storage": "nope"}])
def test_an_unknown_storage_is_refused(node: Pve, options: dict[str, str]) -> None:
    refused = ask(node, **options)

    assert (refused.status, refused.reason) == (500, "storage 'nope' does not exist")


def test_mount_points_need_a_root(node: Pve) -> None:
    refused = ask(node, rootfs=None, mp0="local-lvm:1,mp=/x")

    assert (refused.status, refused.reason) == (500, "mount points configured, but 'rootfs' not set - aborting")


def test_an_unknown_pool_is_refused(node: Pve) -> None:
    refused = ask(node, pool="nope")

    assert (refused.status, refused.reason) == (403, "Permission check failed (pool 'nope' does not exist)")


def test_a_short_password_is_refused(node: Pve) -> None:
    refused = ask(node, password="abc")

    assert refused.errors == {"password": "value must be at least 5 characters long"}


def test_a_user_without_rights_may_not_create(node: Pve) -> None:
    carl = node.new_user("carl@pve")

    refused = carl.post(GUESTS, {"vmid": 200, "ostemplate": TEMPLATE, "storage": "local-lvm"})

    assert (refused.status, refused.reason) == (403, "Permission check failed")


def test_the_volumes_of_a_container_are_of_content_rootdir(ct: Pve) -> None:
    rows = ct.get("/nodes/hv01/storage/local-lvm/content", {"vmid": 200}).data

    assert [(row["volid"], row["content"]) for row in rows] == [(ROOT, "rootdir")]
