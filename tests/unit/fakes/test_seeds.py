"""Starting from a copy of /etc/pve, from an inventory, from what was exported; and what the fake covers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from fakes.cli import pve
from fakes.client import LocalClient
from fakes.origins import Origin
from fakes.pve.dispatch import Api
from fakes.seeds import SeedError
from fixtures.errors import ConfigError

STORAGE = """\
dir: local
\tpath /var/lib/vz
\tcontent iso,images

lvmthin: fast
\tthinpool thin
\tvgname nvme
\tcontent images
"""
GUEST = """\
cores: 4
ide2: local:iso/debian.iso,media=cdrom,size=700M
name: web
parent: before
scsi0: fast:vm-120-disk-0,size=8G
scsi1: gone:vm-120-disk-0,size=1G

[before]
name: web
scsi0: fast:vm-120-disk-0,size=8G
snaptime: 1700000000
"""


@pytest.fixture
def etc_pve(tmp_path: Path) -> Path:
    """A copy of a standalone node's /etc/pve."""
    root = tmp_path / "pve"
    (root / "nodes" / "pve7" / "qemu-server").mkdir(parents=True)
    (root / "nodes" / "pve7" / "qemu-server" / "120.conf").write_text(GUEST, encoding="utf-8")
    (root / "storage.cfg").write_text(STORAGE, encoding="utf-8")
    (root / "user.cfg").write_text("user:root@pam:1:0::::::\nuser:eve@pve:1:0:Eve:::::\n", encoding="utf-8")
    (root / "firewall").mkdir()
    (root / "firewall" / "120.fw").write_text("[OPTIONS]\n\nenable: 1\n", encoding="utf-8")
    (root / "local").symlink_to("nodes/pve7")
    (root / ".version").write_text("{}", encoding="utf-8")
    return root


@pytest.fixture
def client(etc_pve: Path) -> LocalClient:
    (api,) = Origin(seed=etc_pve).open()
    assert isinstance(api, Api)
    assert api.node.name == "pve7"
    return LocalClient(api)


def test_a_copy_of_etc_pve_gives_its_users_and_guests(client: LocalClient) -> None:
    assert client.get("/nodes/pve7/qemu/120/config")["cores"] == 4
    assert {user["userid"] for user in client.get("/access/users")} == {"root@pam", "eve@pve"}
    assert {row["storage"] for row in client.get("/nodes/pve7/storage")} == {"local", "fast"}


def test_the_disks_of_a_copied_guest_are_there_with_their_snapshots(client: LocalClient) -> None:
    rows = client.get("/nodes/pve7/storage/fast/content")

    assert [(row["volid"], row["size"]) for row in rows] == [("fast:vm-120-disk-0", 8 * 1024**3)]
    client.task("DELETE", "/nodes/pve7/qemu/120/snapshot/before")


def test_a_node_that_a_copy_does_not_have_is_refused(etc_pve: Path) -> None:
    with pytest.raises(SeedError, match="has no node hv01; it has pve7"):
        Origin(names=("hv01",), seed=etc_pve).open()


def test_an_empty_folder_is_no_seed(tmp_path: Path) -> None:
    (tmp_path / "nodes").mkdir()

    with pytest.raises(SeedError, match="holds no file"):
        Origin(seed=tmp_path).open()


def test_a_missing_seed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        Origin(seed=tmp_path / "nothing").open()


def test_several_names_are_independent_nodes() -> None:
    first, second = Origin(names=("a", "b")).open()

    assert first.datacenter is not second.datacenter
    assert [list(api.datacenter.nodes) for api in (first, second)] == [["a"], ["b"]]


def test_a_cluster_shares_one_tree(etc_pve: Path) -> None:
    (etc_pve / "nodes" / "pve8").mkdir()
    (etc_pve / "nodes" / "pve8" / "lrm_status").write_text("{}", encoding="utf-8")
    nodes = "".join(f"  node {{\n    name: pve{n}\n    ring0_addr: 10.0.0.{n}\n  }}\n" for n in (7, 8))
    (etc_pve / "corosync.conf").write_text(
        f"nodelist {{\n{nodes}}}\ntotem {{\n  cluster_name: lab\n}}\n", encoding="utf-8"
    )

    first, second = Origin(seed=etc_pve).open()

    assert first.datacenter is second.datacenter
    assert first.datacenter.cluster_name == "lab"
    assert second.node.facts.ip == "10.0.0.8"


def test_a_site_is_served_as_independent_pristine_nodes() -> None:
    apis = Origin(site="dvntm").open()

    assert [api.node.name for api in apis] == ["hv01", "hv02"]
    assert [len(api.datacenter.guests) for api in apis] == [0, 0]


def test_an_inventory_as_seed_brings_its_guests() -> None:
    hv01, _ = Origin(seed=Path("dvntm")).open()

    names = {row["name"] for row in LocalClient(Api(hv01.datacenter)).get("/nodes/hv01/qemu")}

    assert "metrics-vm01" in names


def test_what_was_exported_can_be_served_again(etc_pve: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(pve, ["seed", "export", str(tmp_path / "out"), "--seed", str(etc_pve)])
    assert done.exit_code == 0, done.output

    (api,) = Origin(seed=tmp_path / "out").open()

    assert LocalClient(Api(api.datacenter)).get("/nodes/pve7/qemu/120/config")["name"] == "web"
    assert len(LocalClient(Api(api.datacenter)).get("/nodes/pve7/storage/fast/content")) == 1


def test_nothing_is_exported_over_other_files(etc_pve: Path) -> None:
    done = CliRunner().invoke(pve, ["seed", "export", str(etc_pve)])

    assert done.exit_code == 2
    assert "is not empty" in done.output


def test_every_method_is_counted_once() -> None:
    done = CliRunner().invoke(pve, ["coverage", "--json"])

    told = json.loads(done.output)
    assert told["methods"] == 605
    assert sum(told["kinds"].values()) == 605
    assert set(told["kinds"]) == {"stateful", "read", "refusal", "fixed", "501"}


def test_routes_are_filtered_by_a_part_of_their_line() -> None:
    done = CliRunner().invoke(pve, ["routes", "POST /nodes/{node}/qemu/{vmid}/clone"])

    assert done.output == "stateful  POST   /nodes/{node}/qemu/{vmid}/clone\n"
