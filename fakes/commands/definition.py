"""What the commands of a program are made of: a method of the API, or of the program itself, and how to show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fakes.pve.schema import Method, Spec

if TYPE_CHECKING:
    from fakes.commands.session import Session

Show = Callable[["Session", Any, Mapping[str, Any]], None]
Run = Callable[["Session", dict[str, Any]], Any]
#: Makes a parameter's value of what was written on the command line; None where the option had no value.
Reader = Callable[["Session", str | None], str]


@dataclass(frozen=True, slots=True, eq=False)
class Own:
    """A method that only the program has: its parameters and what it does.

    With `is_checked` False the parameters are handed on as texts, to a method that checks them itself.
    """

    params: Mapping[str, Spec]
    run: Run
    is_checked: bool = True

    @property
    def method(self) -> Method:
        """The same as a method of the API, for the checks."""
        required = tuple(name for name, spec in self.params.items() if not spec.get("optional"))
        return Method("OWN", "", "", self.params, None, {}, None, False, True, False, required=required)


@dataclass(frozen=True, slots=True, eq=False)
class Command:
    """A command: its method (verb and path of the API, or its own), positional arguments, and how it shows the result.

    `arguments` may end in ``extra-args``; a single name given as text takes all words as one list. `reads_task` makes
    the fate of the task that was started the exit status. `formats` adds the options of output formats.
    """

    target: tuple[str, str] | Own
    arguments: tuple[str, ...] | str = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    show: Show | None = None
    reads_task: bool = False
    formats: bool = False
    readers: Mapping[str, Reader] = field(default_factory=dict)
    interactive: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name for a command, whose own name is what messages show."""

    of: str


Tree = Mapping[str, "Command | Alias | Tree"]


def api(verb: str, path: str, *arguments: str, show: Show | None = None, **more: Any) -> Command:
    """A command that calls a method of the API."""
    return Command((verb, path), arguments, show=show, **more)


def task(verb: str, path: str, *arguments: str, **more: Any) -> Command:
    """A command that starts a task and ends as the task does."""
    return Command((verb, path), arguments, reads_task=True, **more)


def own(params: Mapping[str, Spec], run: Run, *arguments: str, show: Show | None = None, **more: Any) -> Command:
    """A command with a method of its own."""
    return Command(Own(params, run), arguments, show=show, **more)
