"""The programs of a simulated machine, found by name; each module registers its own."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import TYPE_CHECKING

from fakes.host.output import Output

if TYPE_CHECKING:
    from fakes.host.machine import Machine

Program = Callable[["Machine", list[str], str], Output]

PROGRAMS: dict[str, tuple[Program, str | None]] = {}
_FOLDERS = ("/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/")


def program(*names: str, package: str | None = None) -> Callable[[Program], Program]:
    """Register a program under its names; with `package` it exists only where that package is installed."""

    def register(run: Program) -> Program:
        for name in names:
            PROGRAMS[name] = run, package
        return run

    return register


def find_program(machine: Machine, name: str) -> Program | None:
    """The program of a name or absolute path on a machine, or None."""
    if not PROGRAMS:
        for module in pkgutil.iter_modules(__path__, f"{__name__}."):
            importlib.import_module(module.name)
    for folder in _FOLDERS:
        name = name.removeprefix(folder)
    found = PROGRAMS.get(name)
    if found is None or (found[1] is not None and found[1] not in machine.packages):
        return None
    return found[0]
