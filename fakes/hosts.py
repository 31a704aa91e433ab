"""testinfra hosts of simulated machines: `host.run(…)` answers from a machine's state."""

from __future__ import annotations

from typing import Any

from testinfra.backend.base import BaseBackend, CommandResult
from testinfra.host import Host

from fakes.host.machine import Machine


class SimulatedBackend(BaseBackend):  # type: ignore[misc]
    """testinfra's connection to a simulated machine."""

    NAME = "simulated"

    def __init__(self, machine: Machine, *args: Any, **kwargs: Any) -> None:
        self._machine = machine
        super().__init__(machine.name, *args, **kwargs)

    def run(self, command: str, *args: str, **kwargs: Any) -> CommandResult:
        line = self.get_command(command, *args)
        result = self._machine.run(line)
        return self.result(
            result.exit_status, self.encode(line), self.encode(result.stdout), self.encode(result.stderr)
        )


def simulated_host(machine: Machine) -> Host:
    """The testinfra host of a machine."""
    return Host(SimulatedBackend(machine))


__all__ = ["SimulatedBackend", "simulated_host"]
