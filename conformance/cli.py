"""`labctl`: the root command, and the one place where errors become exit codes."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import entry_points
from typing import Any

import click

from fixtures.errors import LabError

# Where each own command is; its module is imported only when it is needed, so that short commands start quickly.
_COMMANDS: Mapping[str, str] = {
    "accept": "conformance.commands.audit",
    "audit": "conformance.commands.audit",
    "collect": "conformance.commands.collect",
    "diff": "conformance.commands.compare",
    "trace": "conformance.commands.trace",
    "verify": "conformance.commands.compare",
}
PLUGINS = "labctl.commands"
INTERNAL_ERROR = 70
INTERRUPTED = 130


class Root(click.Group):
    """The root group: finds the groups of other packages by entry point, and shows no traceback to anyone."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Own commands and those of the other packages."""
        return sorted({*super().list_commands(ctx), *_COMMANDS, *(entry.name for entry in entry_points(group=PLUGINS))})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by name; another package is imported only now."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        if cmd_name in _COMMANDS:
            command = getattr(importlib.import_module(_COMMANDS[cmd_name]), cmd_name)
            assert isinstance(command, click.Command)
            return command
        for entry in entry_points(group=PLUGINS, name=cmd_name):
            try:
                loaded = entry.load()
            except Exception as error:  # noqa: BLE001 (a broken neighbour must not take the other commands along)
                return _unavailable(cmd_name, error)
            return loaded if isinstance(loaded, click.Command) else None
        return None

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run, and end the process with the command's exit code."""
        words = list(sys.argv[1:] if args is None else args)
        debug = "--debug" in words or bool(os.environ.get("LABCTL_DEBUG"))

        def run() -> Any:
            return super(Root, self).main(words, prog_name, complete_var, standalone_mode=False, **extra)

        return sys.exit(_exit_code(run, debug=debug)) if standalone_mode else run()


def _exit_code(run: Callable[[], Any], *, debug: bool) -> int:
    """What the process ends with; every error becomes a few lines on standard error."""
    try:
        code = run()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except LabError as error:
        from conformance.terminal import show_error

        show_error(error)
        return error.exit_code
    except click.Abort:
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 (what is left to flush goes nowhere)
        return INTERRUPTED
    except Exception as error:
        if debug:
            raise
        click.echo(
            f"internal error: {type(error).__name__}: {error}; run again with --debug for the traceback", err=True
        )
        return INTERNAL_ERROR
    return code if isinstance(code, int) else 0


def _unavailable(name: str, error: Exception) -> click.Command:
    @click.command(name, context_settings={"ignore_unknown_options": True}, short_help="(not usable here)")
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def unavailable(arguments: tuple[str, ...]) -> None:
        """Not usable in this installation."""
        raise LabError(f"labctl {name} cannot be used here: {error}")

    return unavailable


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an internal error.")
@click.version_option(package_name="labctl")
def main(debug: bool) -> None:
    """Rehearse a Proxmox VE lab, and check that it is what its pages say."""
