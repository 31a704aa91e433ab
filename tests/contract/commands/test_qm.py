"""`qm` on a node, from creation to the end."""

from __future__ import annotations

from fakes.pve.dispatch import Api
from tests.contract.commands.conftest import Run


def test_an_empty_list_prints_nothing(shell: Run) -> None:
    result = shell("qm list")

    assert (result.exit_status, result.stdout, result.stderr) == (0, "", "")


def test_the_list_has_seven_columns_and_a_zero_for_what_does_not_run(shell: Run) -> None:
    shell("qm create 101 --name web01 --memory 1024 --scsi0 local-lvm:4")

    assert shell("qm list").stdout == (
        "      VMID NAME                 STATUS     MEM(MB)    BOOTDISK(GB) PID       \n"
        "       101 web01                stopped    1024               4.00 0         \n"
    )


def test_a_creation_prints_the_log_of_its_task_without_the_last_line(shell: Run) -> None:
    assert shell("qm create 101 --scsi0 local-lvm:1").stdout == (
        '  Logical volume "vm-101-disk-0" created.\n'
        "scsi0: successfully created disk 'local-lvm:vm-101-disk-0,size=1G'\n"
    )


def test_a_failed_task_prints_its_error_and_ends_with_255(shell: Run) -> None:
    shell("qm create 101")
    shell("qm start 101")

    result = shell("qm start 101")

    assert (result.exit_status, result.stdout, result.stderr) == (255, "", "VM 101 already running\n")


def test_a_failed_resize_is_told_and_yet_no_failure(shell: Run) -> None:
    shell("qm create 101 --scsi0 local-lvm:2")

    result = shell("qm resize 101 scsi0 1G")

    assert (result.exit_status, result.stderr) == (0, "shrinking disks is not supported\n")


def test_a_change_is_summed_up_in_alphabetical_order(shell: Run) -> None:
    shell("qm create 101")

    result = shell("qm set 101 --name web01 -cores 2 --cipassword Secret-1")

    assert result.stdout == "update VM 101: -cipassword <hidden> -cores 2 -name web01\n"


def test_a_line_break_in_the_description_is_escaped(api: Api, shell: Run) -> None:
    api.datacenter.cfs.write("nodes/hv01/qemu-server/101.conf", "#one\n#two: 100%\nmemory: 512\n")

    assert shell("qm config 101").stdout == "description: one%0Atwo%3A 100%25\nmemory: 512\n"


def test_a_missing_configuration_ends_with_the_error_number_of_the_missing_file(shell: Run) -> None:
    result = shell("qm config 999")

    assert result.exit_status == 2
    assert result.stderr == "Configuration file 'nodes/hv01/qemu-server/999.conf' does not exist\n"


def test_wrong_parameters_are_told_with_the_synopsis(shell: Run) -> None:
    result = shell("qm create 101 --cores 0 --bios y")

    assert result.exit_status == 255
    assert result.stderr == (
        "400 Parameter verification failed.\n"
        "bios: value 'y' does not have a value in the enumeration 'seabios, ovmf'\n"
        "cores: value must have a minimum value of 1\n"
        "qm create <vmid> [OPTIONS]\n"
    )


def test_an_old_name_shows_the_synopsis_of_the_command_it_stands_for(shell: Run) -> None:
    assert shell("qm importdisk 101").stderr == (
        "400 not enough arguments\nqm disk import <vmid> <source> <storage> [OPTIONS]\n"
    )


def test_keys_that_cannot_be_read_are_told_once(api: Api, shell: Run) -> None:
    api.datacenter.cfs.write("nodes/hv01/qemu-server/101.conf", "cores: zwei\nmemory: 512\n")

    result = shell("qm config 101")

    problem = "unable to parse value of 'cores' - type check ('integer') failed - got 'zwei'"
    assert (result.stdout, result.stderr) == ("memory: 512\n", f"vm 101 - {problem}\n")


def test_snapshots_are_drawn_as_a_tree(shell: Run) -> None:
    shell("qm create 101 --scsi0 local-lvm:1")
    shell("qm snapshot 101 base --description 'before the update'")

    first, second = shell("qm listsnapshot 101").stdout.splitlines()

    assert first.startswith("`-> base                        20")
    assert first.endswith("     before the update")
    assert second == " `-> current                                            You are here!"


def test_an_image_is_imported_as_an_unused_disk(api: Api, shell: Run) -> None:
    shell("qm create 101")
    api.node.files.write("root/small.raw", b"\0" * 4194304)

    result = shell("qm importdisk 101 /root/small.raw local-lvm")

    assert result.stdout.endswith("unused0: successfully imported disk 'local-lvm:vm-101-disk-0'\n")
    assert "unused0: local-lvm:vm-101-disk-0\n" in shell("qm config 101").stdout


def test_a_rescan_finds_volumes_that_nobody_names(shell: Run) -> None:
    shell("qm create 101")
    shell("pvesm alloc local-lvm 101 vm-101-disk-9 1G")

    result = shell("qm disk rescan --vmid 101")

    assert result.stdout == (
        "rescan volumes...\nVM 101 add unreferenced volume 'local-lvm:vm-101-disk-9' as 'unused0' to config\n"
    )


def test_a_dry_rescan_changes_nothing(shell: Run) -> None:
    shell("qm create 101")
    shell("pvesm alloc local-lvm 101 vm-101-disk-9 1G")

    shell("qm disk rescan --vmid 101 --dryrun 1")

    assert "unused0" not in shell("qm config 101").stdout


def test_a_shutdown_of_what_is_off_is_told_and_succeeds(shell: Run) -> None:
    shell("qm create 101")

    result = shell("qm shutdown 101")

    assert (result.exit_status, result.stderr) == (0, "VM 101 not running\n\n")


def test_an_unlocked_guest_starts_again(shell: Run) -> None:
    shell("qm create 101")
    shell("qm set 101 --lock backup")

    shell("qm unlock 101")

    assert shell("qm start 101").exit_status == 0
