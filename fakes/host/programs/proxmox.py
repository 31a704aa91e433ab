"""Proxmox's own commands, handed on to `fakes.commands` where the machine is a Proxmox VE node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.commands import PROGRAMS as COMMANDS
from fakes.commands import run_command
from fakes.host.output import Output
from fakes.host.programs import Program, program

if TYPE_CHECKING:
    from fakes.host.machine import Machine


def _runner(name: str) -> Program:
    def run(machine: Machine, args: list[str], stdin: str) -> Output:
        assert machine.api is not None
        result = run_command(machine.api, [name, *args], stdin=stdin, env=machine.environment)
        return Output(result.exit_status, result.stdout, result.stderr)

    return run


for _name in COMMANDS:
    program(_name, package="pve-manager")(_runner(_name))


@program("pveversion", package="pve-manager")
def pveversion(machine: Machine, args: list[str], stdin: str) -> Output:
    """The version of the installed package, which an upgrade may have moved past that of the running daemons."""
    result = _runner("pveversion")(machine, args, stdin)
    assert machine.api is not None
    running, installed = machine.api.datacenter.schema.version, machine.packages["pve-manager"]
    return Output(result.exit_status, result.stdout.replace(f"/{running}/", f"/{installed}/"), result.stderr)
