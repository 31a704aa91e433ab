"""`labctl pve …`: serve the fake, run its node's commands, show what it carries out."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click

# Where each command is; its module is imported only when it is needed, so that short commands start quickly.
_COMMANDS: Mapping[str, tuple[str, str]] = {
    "coverage": ("fakes.coverage_cli", "show_coverage"),
    "exec": ("fakes.exec_cli", "execute"),
    "routes": ("fakes.coverage_cli", "show_routes"),
    "schema": ("fakes.schema_cli", "schema"),
    "seed": ("fakes.seed_cli", "seed"),
    "serve": ("fakes.serve_cli", "serve"),
}


class LazyGroup(click.Group):
    """A group whose commands are imported by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by name, or None."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup)
def pve() -> None:
    """A simulated Proxmox VE: serve it, run its commands, see what it covers."""


if __name__ == "__main__":
    pve()
