"""The other programs of a node."""

from __future__ import annotations

import pytest

from fakes.pve.dispatch import Api
from tests.contract.commands.conftest import Run


def test_storages_are_shown_in_kibibytes(shell: Run) -> None:
    first, local, thin = shell("pvesm status").stdout.splitlines()

    assert first == "Name             Type     Status           Total            Used       Available        %"
    assert local.startswith("local             dir     active ")
    assert thin == "local-lvm     lvmthin     active        67108864               0        67108864    0.00%"


def test_an_empty_storage_prints_the_header(shell: Run) -> None:
    assert shell("pvesm list local-lvm").stdout == "Volid Format  Type      Size VMID\n"


def test_volumes_come_with_their_guests(shell: Run) -> None:
    shell("qm create 101 --scsi0 local-lvm:1")

    assert shell("pvesm list local-lvm").stdout == (
        "Volid                   Format  Type            Size VMID\n"
        "local-lvm:vm-101-disk-0 raw     images    1073741824 101\n"
    )


def test_a_volume_is_freed_by_its_id_alone(shell: Run) -> None:
    shell("pvesm alloc local-lvm 101 vm-101-disk-0 1G")

    assert shell("pvesm free local-lvm:vm-101-disk-0").stdout.endswith("Removed volume 'local-lvm:vm-101-disk-0'\n")


def test_permissions_are_a_table_with_marks(shell: Run) -> None:
    shell("pveum user add joe@pve")
    shell("pveum acl modify /vms --users joe@pve --roles PVEVMUser --propagate 0")

    lines = shell("pveum user permissions joe@pve --path /vms").stdout.splitlines()

    assert lines[3].split() == ["│", "/vms", "│", "VM.Audit", "│"]
    assert lines[-1] == "Permissions marked with '(*)' have the 'propagate' flag set."


def test_two_different_passwords_are_refused(shell: Run) -> None:
    shell("pveum user add joe@pve")

    result = shell("pveum passwd joe@pve", stdin="Another-pw1\nOther-pw1\n")

    assert (result.exit_status, result.stderr) == (25, "passwords do not match\n")


def test_a_typed_password_logs_in(shell: Run) -> None:
    shell("pveum user add joe@pve")
    shell("pveum passwd joe@pve", stdin="Another-pw1\nAnother-pw1\n")

    assert shell("pveum ticket joe@pve", stdin="Another-pw1\n").stdout.startswith("PVE:joe@pve:")


def test_a_truth_that_is_none_is_refused(shell: Run) -> None:
    result = shell("pveum user add joe@pve --enable maybe")

    assert result.stderr == "400 unable to parse boolean option\npveum user add <userid> [OPTIONS]\n"


def test_ha_sections_are_printed_as_in_their_file(shell: Run) -> None:
    shell("qm create 102")
    shell("ha-manager add 102 --state ignored --comment db")

    assert shell("ha-manager config").stdout == "vm:102\n\tcomment db\n\tstate ignored\n\n"


def test_a_node_of_its_own_has_no_cluster_to_tell_of(shell: Run) -> None:
    result = shell("pvecm status")

    missing = "Corosync config '/etc/pve/corosync.conf' does not exist"
    assert (result.exit_status, result.stderr) == (2, f"Error: {missing} - is this node part of a cluster?\n")


def test_the_description_of_a_node_is_a_comment(shell: Run) -> None:
    shell("pvenode config set --description 'rack 1' --wakeonlan 02:DE:20:00:00:01")

    assert shell("pvenode config get").stdout == "#rack 1\nwakeonlan: 02:DE:20:00:00:01\n"


def test_the_tasks_of_a_node_are_listed_with_their_titles(shell: Run) -> None:
    shell("qm create 101")

    header = shell("pvenode task list --noborder 1").stdout.splitlines()[0].split()

    assert header == ["UPID", "Type", "ID", "User", "Starttime", "Endtime", "Status"]


def test_pveversion_names_the_running_kernel(shell: Run) -> None:
    assert shell("pveversion").stdout == "pve-manager/8.4.1/2a5fa54a8503f96d (running kernel: 6.8.12-9-pve)\n"


def test_pveversion_takes_no_arguments(shell: Run) -> None:
    result = shell("pveversion extra")

    assert (result.exit_status, result.stderr) == (255, "USAGE: pveversion [--verbose]\n")


def test_a_backup_without_guests_is_refused(shell: Run) -> None:
    result = shell("vzdump")

    assert result.stderr.splitlines()[:2] == ["400 Parameter verification failed.", "vmid: property is missing"]


def test_a_restore_without_an_archive_ends_with_the_number_of_the_missing_file(shell: Run) -> None:
    result = shell("qmrestore /root/nope.vma.zst 160")

    assert (result.exit_status, result.stderr) == (2, "can't find file '/root/nope.vma.zst'\n")


@pytest.mark.parametrize("line", ["pvesr list", "pveam list local"])
def test_some_lists_print_their_header_also_when_they_are_empty(shell: Run, line: str) -> None:
    assert len(shell(line).stdout.splitlines()) == 1


def test_a_container_runs_commands_and_keeps_files(api: Api, shell: Run) -> None:
    api.node.files.write("var/lib/vz/template/cache/debian-12.tar.zst", b"template")
    shell("pct create 200 local:vztmpl/debian-12.tar.zst --hostname ct01 --rootfs local-lvm:1")
    shell("pct start 200")
    api.node.files.write("root/note", "hello\n")

    shell("pct push 200 /root/note /etc/note")

    assert shell("pct exec 200 -- hostname").stdout == "ct01\n"
    assert shell("pct exec 200 -- cat /etc/note").stdout == "hello\n"


def test_a_mounted_container_is_locked_until_it_is_unmounted(api: Api, shell: Run) -> None:
    api.node.files.write("var/lib/vz/template/cache/debian-12.tar.zst", b"template")
    shell("pct create 200 local:vztmpl/debian-12.tar.zst --rootfs local-lvm:1")
    shell("pct mount 200")

    refused = shell("pct mount 200")
    shell("pct unmount 200")

    assert refused.stderr == "CT is locked (mounted)\n"
    assert shell("pct mount 200").exit_status == 0
