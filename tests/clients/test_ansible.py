"""community.proxmox as its users run it: the playbook of the documentation, twice, and the inventory plugin."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from proxmoxer import ProxmoxAPI

from fakes.testing import SimulatedPve
from tests.clients.pages import Reading, read_through, requirements
from tests.clients.tools import own_bin, python_tool

pytestmark = [pytest.mark.clients, pytest.mark.slow]

PAGE = "clients/ansible.md"
PLAYBOOKS = Path(__file__).parent / "playbooks"


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reading]:
    """The page on Ansible, followed to its end."""
    tool = python_tool("ansible", *requirements(PAGE))
    with read_through(PAGE, tmp_path_factory.mktemp("ansible"), [tool, own_bin()]) as done:
        yield done


@pytest.fixture(scope="module")
def node(reading: Reading) -> Any:
    """The node after both runs, seen by root@pam."""
    trusted = str(reading.folder / "lab" / "pve-root-ca.pem")
    client = ProxmoxAPI("127.0.0.1", port=reading.port, user="root@pam", password="a-root-pw", verify_ssl=trusted)
    yield client
    client._store["session"].close()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """What a template of a container looks like from outside."""
    name = tmp_path / "debian-12-standard_12.7-1_amd64.tar.gz"
    with tarfile.open(name, "w:gz") as packed:
        packed.addfile(tarfile.TarInfo("etc"))
    return name


def recap(text: str) -> dict[str, dict[str, int]]:
    """The figures at the end of a run, by host."""
    lines = re.findall(r"^(\w+)\s+: (ok=.*)$", text, re.MULTILINE)
    return {host: {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", rest)} for host, rest in lines}


def test_every_step_of_the_first_run_succeeds(reading: Reading) -> None:
    first = recap(reading.output.partition("PLAY RECAP")[2].partition("PLAY [")[0])

    print(f"ansible: {sum(host['ok'] for host in first.values())} steps")
    assert {name: (host["ok"], host["changed"], host["failed"]) for name, host in first.items()} == {
        "localhost": (9, 7, 0),
        "metrics": (8, 8, 0),
        "bastion": (8, 8, 0),
    }


def test_the_second_run_changes_nothing(reading: Reading) -> None:
    second = recap((reading.folder / "second-run").read_text())

    assert {name: (host["changed"], host["failed"]) for name, host in second.items()} == {
        "localhost": (0, 0),
        "metrics": (0, 0),
        "bastion": (0, 0),
    }


def test_the_clones_have_the_macs_of_the_inventory(node: Any) -> None:
    cards = {vmid: node.nodes("hv01").qemu(vmid).config.get()["net0"] for vmid in (201, 202)}

    assert cards == {
        201: "virtio=02:DE:20:03:00:01,bridge=vmbr0,tag=20",
        202: "virtio=02:DE:20:04:00:01,bridge=vmbr0,tag=20",
    }


def test_disks_and_cloud_init_are_as_the_playbook_says(node: Any) -> None:
    config = node.nodes("hv01").qemu(201).config.get()

    assert config["scsi0"] == "local-lvm:vm-201-disk-0,size=12G,ssd=1"
    assert config["scsi1"] == "local-lvm:vm-201-disk-1,backup=0,size=4G,ssd=1"
    assert config["ide2"] == "local-lvm:vm-201-cloudinit,media=cdrom,size=4M"
    assert (config["ciuser"], config["ipconfig0"]) == ("admin", "ip=192.0.2.11/24,gw=192.0.2.1")
    assert (config["memory"], config["tags"]) == ("4096", "ansible;management")


def test_people_tokens_and_pool_are_as_the_playbook_says(node: Any) -> None:
    user = node.access.users("ansible@pve").get()
    members = [row["vmid"] for row in node.pools("management").get()["members"]]

    assert (user["groups"], list(user["tokens"])) == (["automation"], ["lab"])
    assert sorted(members) == [201, 202]


def test_the_inventory_plugin_finds_the_machines(reading: Reading) -> None:
    inventory = json.loads((reading.folder / "inventory.json").read_text())

    assert sorted(inventory["proxmox_all_running"]["hosts"]) == ["bastion", "metrics"]
    assert sorted(inventory["tag_management"]["hosts"]) == ["bastion", "metrics"]
    assert sorted(inventory["proxmox_pool_management"]["hosts"]) == ["bastion", "metrics"]
    assert inventory["_meta"]["hostvars"]["metrics"]["proxmox_vmid"] == 201


def test_storages_firewall_files_containers_snapshots_and_backups(
    pve_server: SimulatedPve, archive: Path, tmp_path: Path
) -> None:
    tool = python_tool("ansible", *requirements(PAGE))
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(tool), os.environ["PATH"]]),
        "HOME": str(tmp_path),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "PROXMOX_HOST": pve_server.host,
        "PROXMOX_PORT": str(pve_server.port),
        "PROXMOX_USER": pve_server.user,
        "PROXMOX_PASSWORD": pve_server.password,
        "PROXMOX_VALIDATE_CERTS": "true",
        "REQUESTS_CA_BUNDLE": str(pve_server.ca_file),
    }

    done = subprocess.run(
        ["ansible-playbook", str(PLAYBOOKS / "modules.yml"), "--extra-vars", f"archive={archive}"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    steps = recap(done.stdout)["localhost"]
    print(f"ansible, the other modules: {steps['ok']} steps")
    assert (steps["failed"], steps["ignored"]) == (0, 0)
    assert steps["ok"] == (PLAYBOOKS / "modules.yml").read_text().count("    - name: ")
