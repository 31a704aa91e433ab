"""Parameters of a method from a command line, by the method's schema, as Proxmox's tools read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fakes.commands.definition import Command
from fakes.commands.getopt import Takes, parse_options
from fakes.commands.session import Session
from fakes.pve.http import ApiError
from fakes.pve.schema import Schema, Spec

EXTRA = "extra-args"
_TRUE = frozenset(("1", "on", "yes", "true"))
_FALSE = frozenset(("0", "off", "no", "false"))


def read_arguments(
    session: Session, command: Command, params: Mapping[str, Spec], fixed: Mapping[str, Any], argv: Sequence[str]
) -> dict[str, Any]:
    """The parameters of a command line; ApiError 400 in the tools' words where it cannot be read."""
    schema = session.schema
    words_go_to = command.arguments if isinstance(command.arguments, str) else None
    known = {
        name: _takes(schema, spec, is_interactive=name in command.interactive)
        for name, spec in params.items()
        if name not in fixed and name != words_go_to
    }
    parsed = parse_options(known, argv)
    for problem in parsed.problems:
        session.console.complain(problem)
    if parsed.problems:
        raise ApiError(400, "unable to parse option")
    options: dict[str, Any] = dict(parsed.options)
    _place_words(command.arguments, params, parsed.words, options)
    for name in command.readers:
        if name in options or (name in command.interactive and not params[name].get("optional")):
            options[name] = command.readers[name](session, options.get(name))
    return {**{name: _settled(schema, params.get(name, {}), value) for name, value in options.items()}, **fixed}


def _place_words(
    arguments: tuple[str, ...] | str, params: Mapping[str, Spec], words: list[str], options: dict[str, Any]
) -> None:
    """Give each positional argument its word."""
    if isinstance(arguments, str):
        if words:
            options[arguments] = ",".join(words)
        return
    for position, name in enumerate(arguments):
        if name == EXTRA:
            options[EXTRA], words = words, []
        elif words:
            options[name], words = words[0], words[1:]
        else:
            missing = (one for one in arguments[position:] if one != EXTRA)
            if not all(params.get(one, {}).get("optional") for one in missing):
                raise ApiError(400, "not enough arguments")
            if EXTRA in arguments:
                options[EXTRA] = []
            break
    if words:
        raise ApiError(400, "too many arguments")


def _takes(schema: Schema, spec: Spec, *, is_interactive: bool) -> Takes:
    if is_interactive or spec.get("type") == "boolean":
        return Takes.MAYBE
    if spec.get("type") == "array" or is_list(schema, spec):
        return Takes.VALUES
    return Takes.VALUE


def is_list(schema: Schema, spec: Spec) -> bool:
    """True for a parameter whose text is a list, which may be given in several options."""
    name = str(spec.get("format", ""))
    return name.endswith(("-list", "-alist")) or schema.formats.get(name, {}).get("list") == "list"


def _settled(schema: Schema, spec: Spec, value: Any) -> Any:
    if spec.get("type") == "boolean":
        return _boolean(str(value))
    if isinstance(value, list) and spec.get("type") != "array" and is_list(schema, spec):
        return ",".join(value)
    return value


def _boolean(text: str) -> str:
    if text == "" or text.lower() in _TRUE:
        return "1"
    if text.lower() in _FALSE:
        return "0"
    raise ApiError(400, "unable to parse boolean option")
