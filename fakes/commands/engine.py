"""Runs a command: finds it in its program's tree, reads its arguments, calls its method, shows the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fakes.commands.arguments import EXTRA, read_arguments
from fakes.commands.definition import Alias, Command, Own, Tree
from fakes.commands.exits import PLAIN, exit_status
from fakes.commands.results import print_result
from fakes.commands.session import Session, has_failed
from fakes.commands.synopsis import FORMAT_OPTIONS, leaves, option_lines, synopsis
from fakes.pve.http import ApiError
from fakes.pve.params import verify
from fakes.pve.schema import Method, Spec


class UsageError(Exception):
    """A command that cannot be found; the list of commands follows."""


def run_program(session: Session, program: str, tree: Tree | Command, argv: Sequence[str]) -> None:
    """Run a command line; everything it prints and its exit status end up in the session."""
    if isinstance(tree, Command):
        run_command(session, program, tree, argv)
        return
    if argv[:1] == ["help"]:
        _help(session, program, tree, list(argv[1:]))
        return
    try:
        name, command, rest = find_command(program, tree, list(argv))
    except UsageError as error:
        session.console.complain(f"ERROR: {error}")
        session.console.complain(f"USAGE: {program} <COMMAND> [ARGS] [OPTIONS]\n")
        for line in _command_lines(session, program, tree):
            session.console.complain(line)
        session.exit_status = PLAIN
        return
    run_command(session, name, command, rest)


def find_command(program: str, tree: Tree, words: list[str]) -> tuple[str, Command, list[str]]:
    """The command that the first words name (perhaps abbreviated), its full name and the other words; UsageError."""
    name, here = program, tree
    root = tree
    while True:
        if not words:
            raise UsageError("no command specified" if name == program else f"incomplete command '{name}'")
        word = _expanded(here, words[0])
        found = here.get(word)
        if found is None:
            raise UsageError(f"unknown command '{name} {words[0]}'")
        words = words[1:]
        if isinstance(found, Alias):
            return find_command(program, root, [*found.of.split(), *words])
        name = f"{name} {word}"
        if isinstance(found, Command):
            return name, found, words
        here = found


def _expanded(tree: Tree, word: str) -> str:
    if word in tree:
        return word
    # Old spellings count only when they are whole.
    hits = [name for name in tree if name.startswith(word) and not isinstance(tree[name], Alias)]
    return hits[0] if len(hits) == 1 and word else word


def run_command(session: Session, name: str, command: Command, argv: Sequence[str]) -> None:
    """Run one command; `name` is its full name as messages show it."""
    method = _method(session, command)
    try:
        _carry_out(session, name, command, method, _fixed(session, command, method), argv)
    except ApiError as error:
        text = error_text(error)
        session.console.err.append(text)
        session.exit_status = exit_status(name, text)


def _carry_out(
    session: Session, name: str, command: Command, method: Method, fixed: Mapping[str, Any], argv: Sequence[str]
) -> None:
    """Read the arguments, call the method and show what it gave; ApiError, with the synopsis where it was a 400."""
    params: Mapping[str, Spec] = {**method.params, **FORMAT_OPTIONS} if command.formats else method.params
    try:
        given = read_arguments(session, command, params, fixed, argv)
        shown = _taken_out(session, method, given) if command.formats else {}
        if isinstance(command.target, Own):
            extra = given.pop(EXTRA, None)
            checked = verify(session.schema, method, given) if command.target.is_checked else given
            if extra is not None:
                checked[EXTRA] = extra
            result = command.target.run(session, checked)
        else:
            result = session.perform(method, given)
    except ApiError as error:
        if error.status != 400:
            raise
        line = _line(session, name, command)
        raise ApiError(500, f"{error_text(error)}{line}") from error
    if command.show is not None:
        command.show(session, result, {**given, **shown})
    elif command.formats:
        print_result(session, result, method.returns, shown)
    is_upid = isinstance(result, str) and result.startswith("UPID:")
    if command.reads_task and is_upid and has_failed(session.task(str(result))):
        session.exit_status = PLAIN


def _method(session: Session, command: Command) -> Method:
    target = command.target
    return target.method if isinstance(target, Own) else session.schema.methods[target]


def _fixed(session: Session, command: Command, method: Method) -> dict[str, Any]:
    """The parameters that cannot be given: the node is the one the program runs on."""
    is_here = "{node}" in method.path and "node" not in command.arguments
    return {**({"node": session.node.name} if is_here else {}), **command.fixed}


def _taken_out(session: Session, method: Method, given: dict[str, Any]) -> dict[str, Any]:
    """The options of the output format, checked and removed from the parameters."""
    chosen = {name: given.pop(name) for name in FORMAT_OPTIONS if name in given and name not in method.params}
    return verify(session.schema, Own(FORMAT_OPTIONS, lambda _session, _params: None).method, chosen)


def error_text(error: ApiError) -> str:
    """An error as the tools print it: an API exception with its status, then a line for each parameter."""
    text = f"{error.status} {error.message}" if error.code_is_text else error.message
    text = text if text.endswith("\n") else f"{text}\n"
    return text + "".join(f"{name}: {problem}\n" for name, problem in (error.errors or {}).items())


def _command_lines(session: Session, program: str, tree: Tree) -> list[str]:
    lines = []
    for name, command in leaves(tree):
        lines.append(f"       {_line(session, f'{program} {name}', command)}")
    return [*lines, "", f"       {program} help [<extra-args>] [OPTIONS]"]


def _line(session: Session, name: str, command: Command) -> str:
    method = _method(session, command)
    fixed = _fixed(session, command, method)
    return synopsis(
        session.schema,
        name,
        command.arguments,
        method.params,
        fixed,
        formats=command.formats,
        asked=command.interactive,
    )


def _help(session: Session, program: str, tree: Tree, words: list[str]) -> None:
    """`qm help CMD`: the synopsis, with --verbose the options as well."""
    verbose = any(word.startswith(("--v", "-v")) for word in words)
    words = [word for word in words if not word.startswith("-") and word not in ("0", "1")]
    if not words:
        session.say(f"USAGE: {program} <COMMAND> [ARGS] [OPTIONS]\n")
        for line in _command_lines(session, program, tree):
            session.say(line)
        return
    try:
        name, command, _ = find_command(program, tree, words)
    except UsageError as error:
        session.console.complain(f"ERROR: {error}")
        session.exit_status = PLAIN
        return
    session.say(f"USAGE: {_line(session, name, command)}")
    if verbose:
        session.say()
        for line in option_lines(_method(session, command).params, frozenset({"node"})):
            session.say(line)
