"""The file user.cfg, read and written."""

from __future__ import annotations

import pytest

from fakes.pve.usercfg_file import format_user_cfg, parse_user_cfg

# As pveum wrote it on a real node.
REAL = """\
user:deploy@pve:1:0:::deploy@example.test:Ansible::
token:deploy@pve!ansible:0:1:CI token:
user:joe@nope:1:0::::::
user:kim@pam:1:0::::::
user:root@pam:1:0:::admin@example.test:::

group:ops:deploy@pve:Operators:

pool:lab:Tenant lab:::

role:Provisioner:Datastore.AllocateSpace,VM.Allocate,VM.Audit,VM.Clone,VM.Config.Disk,VM.PowerMgmt:

acl:1:/:deploy@pve!ansible:PVEAuditor:
acl:1:/pool/lab:@ops:Provisioner:
"""


def test_a_real_file_comes_back_byte_for_byte() -> None:
    assert format_user_cfg(parse_user_cfg(REAL)) == REAL


def test_root_is_there_without_a_file() -> None:
    assert parse_user_cfg("").users["root@pam"].expire is None


def test_texts_are_percent_encoded_where_the_format_needs_it() -> None:
    config = parse_user_cfg("user:bob@pve:1:0:::::\n")
    config.users["bob@pve"].comment = "Büro: 50 %"

    text = format_user_cfg(config)

    assert "::::B%C3%BCro%3A 50 %:" in text
    assert parse_user_cfg(text).users["bob@pve"].comment == "Büro: 50 %"


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "user:nobody:1:0::::::",
        "user:x@pve:1:soon::::::",
        "token:ghost@pve!t1:0:1::",
        "acl:1:/:ghost@pve!t1:PVEAdmin:",
    ],
)
def test_a_line_that_cannot_be_read_is_skipped(line: str) -> None:
    config = parse_user_cfg(f"{line}\n")

    assert list(config.users) == ["root@pam"]
    assert not any(config.acl.values())


def test_an_acl_of_an_unknown_role_is_void() -> None:
    config = parse_user_cfg("user:x@pve:1:0::::::\nacl:1:/:x@pve:Gone:\n")

    assert config.privileges("x@pve", "/") == {}


def test_a_role_on_two_pools_of_one_storage_adds_up() -> None:
    config = parse_user_cfg(
        "user:x@pve:1:0::::::\npool:a::::\npool:b:::local:\npool:c:::local:\n"
        "acl:1:/pool/b:x@pve:PVEDatastoreUser:\nacl:1:/pool/c:x@pve:PVEPoolUser:\n"
    )

    assert set(config.privileges("x@pve", "/storage/local")) == {
        "Datastore.AllocateSpace",
        "Datastore.Audit",
        "Pool.Audit",
    }


def test_no_access_on_a_pool_outweighs_the_guests_own_entry() -> None:
    config = parse_user_cfg(
        "user:x@pve:1:0::::::\npool:a::100::\nacl:1:/pool/a:x@pve:NoAccess:\nacl:1:/vms:x@pve:PVEVMAdmin:\n"
    )

    assert config.privileges("x@pve", "/vms/100") == {}
    assert "VM.Audit" in config.privileges("x@pve", "/vms/101")
