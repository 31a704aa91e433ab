"""Options that several subcommands share, and the way a site is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


class Day(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A date such as 2026-11-21."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date, or a usage error."""
        try:
            return value if isinstance(value, date) else datetime.strptime(value, "%Y-%m-%d").date()
        except ValueError:
            self.fail(f"{value!r} is not a date such as 2026-11-21", param, ctx)


def site_argument(command: Command) -> Command:
    """The SITE of a command."""
    return click.argument("site", metavar="SITE")(command)


def site_options(command: Command) -> Command:
    """Where a site's inventory and waivers are, and the day of the judgement."""
    for option in reversed(
        (
            click.option("--inventory", type=click.Path(path_type=Path), help="Ansible inventory to use instead."),
            click.option("--waivers", type=FILE, help="Waivers file to use instead of the site's."),
            click.option("--as-of", type=Day(), help="Judge as on this day (waivers expire). Default: today."),
        )
    ):
        command = option(command)
    return command


def report_options(command: Command) -> Command:
    """Where reports go, and what they are compared with."""
    for option in reversed(
        (
            click.option("--baseline", type=FILE, help="An earlier results.json; what changed since is drift."),
            click.option("--out", type=FOLDER, help="Write the report bundle into this folder."),
            click.option("--json", "as_json", is_flag=True, help="Print results.json instead of text."),
        )
    ):
        command = option(command)
    return command


def target_option(default: str) -> Callable[[Command], Command]:
    """Which target to look through."""
    return click.option(
        "--target",
        metavar="fake|server|sim|hardware",
        default=default,
        show_default=True,
        help="What to look at: simulated in process or over HTTPS, the libvirt lab, or the real nodes.",
    )


def nodes_option(command: Command) -> Command:
    """Only these nodes."""
    return click.option("--node", "nodes", multiple=True, metavar="NAME", help="Only this node; may be repeated.")(
        command
    )
