"""Exit statuses of failing commands."""

from __future__ import annotations

import pytest

from fakes.commands.exits import exit_status


@pytest.mark.parametrize(
    ("command", "message", "status"),
    [
        ("qm config", "Configuration file 'nodes/hv01/qemu-server/9.conf' does not exist\n", 2),
        ("qm clone", "unable to find configuration file for VM 9 on node 'hv01'\n", 2),
        ("qm create", "storage 'nope' does not exist\n", 255),
        ("qm set", "storage 'nope' does not exist\n", 2),
        ("qm sendkey", "VM 102 not running\n", 255),
        ("qm resume", "VM 102 not running\n", 2),
        ("pvesm alloc", "illegal name 'x' - should be 'vm-102-*'\n", 25),
        ("pvesh get", "No 'get' handler defined for '/nope'\n", 1),
        ("ha-manager add", "unknown section type 'nope'\n", 17),
        ("qm create", "400 Parameter verification failed.\ncores: x\n", 255),
    ],
)
def test_a_failure_ends_with_the_error_number_that_was_left(command: str, message: str, status: int) -> None:
    assert exit_status(command, message) == status
