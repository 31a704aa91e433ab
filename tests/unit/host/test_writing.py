"""Programs that change files, and what the cluster's file system shows of itself."""

from __future__ import annotations

import pytest

from fakes.host.machine import Machine
from tests.unit.host.machines import node


@pytest.fixture
def machine() -> Machine:
    return node()


def test_truncate_makes_a_file_of_a_size(machine: Machine) -> None:
    machine.run("truncate -s 2K /root/disk.raw")

    assert machine.run("stat -c %s /root/disk.raw").stdout == "2048\n"


def test_a_copied_configuration_makes_a_guest(machine: Machine) -> None:
    machine.run("echo 'memory: 512' > /etc/pve/qemu-server/101.conf")

    machine.run("cp /etc/pve/qemu-server/101.conf /etc/pve/qemu-server/777.conf")

    assert machine.run("qm config 777").stdout == "memory: 512\n"


def test_a_moved_file_is_gone_from_where_it_was(machine: Machine) -> None:
    machine.run("echo x > /root/a")

    machine.run("mv /root/a /root/b")

    assert (machine.files.read("/root/a"), machine.files.read("/root/b")) == (None, "x\n")


def test_a_removed_file_is_gone(machine: Machine) -> None:
    machine.run("echo x > /root/a; rm /root/a")

    assert machine.run("rm /root/a").stderr == "rm: cannot remove '/root/a': No such file or directory\n"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("ln -s a /etc/pve/b", "ln: failed to create symbolic link '/etc/pve/b': Function not implemented\n"),
        (
            "chmod 600 /etc/pve/storage.cfg",
            "chmod: changing permissions of '/etc/pve/storage.cfg': Operation not permitted\n",
        ),
    ],
    ids=["links", "modes"],
)
def test_the_cluster_file_system_has_neither_links_nor_modes(machine: Machine, line: str, error: str) -> None:
    result = machine.run(line)

    assert (result.exit_status, result.stderr) == (1, error)


def test_the_cluster_file_system_lists_its_guests(machine: Machine) -> None:
    machine.run("echo 'memory: 512' > /etc/pve/qemu-server/101.conf")

    assert '"101": { "node": "' in machine.run("cat /etc/pve/.vmlist").stdout


def test_private_files_belong_to_root_alone(machine: Machine) -> None:
    shown = machine.run("stat -c '%A %G %n' /etc/pve/priv /etc/pve/storage.cfg").stdout

    assert shown == "drwx------ www-data /etc/pve/priv\n-rw-r----- www-data /etc/pve/storage.cfg\n"


def test_a_running_guest_has_its_files_below_run(machine: Machine) -> None:
    machine.run("qm create 101 --serial0 socket --agent 1")
    machine.run("qm start 101")

    assert machine.run("ls /var/run/qemu-server").stdout.split() == ["101.pid", "101.qga", "101.qmp", "101.serial0"]


def test_a_variable_of_the_environment_reaches_the_program(machine: Machine) -> None:
    assert machine.run("env LC_ALL=C pvesh get /version").stdout.startswith("+--")
