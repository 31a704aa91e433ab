"""Options as Perl's Getopt::Long reads them: abbreviated, in any case, with one dash or two, between the arguments."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

_OPTION = re.compile(r"(--|-)(.+)", re.DOTALL)


class Takes(Enum):
    """What follows an option: nothing, a value, perhaps a value, or a value at each of several times."""

    FLAG = "flag"
    VALUE = "value"
    MAYBE = "maybe"
    VALUES = "values"


@dataclass(slots=True)
class Parsed:
    """The options by full name, the other words in order, and what was wrong."""

    options: dict[str, str | list[str]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def parse_options(known: Mapping[str, Takes], argv: Sequence[str]) -> Parsed:
    """Sort the words of a command line into options and arguments; ``--`` ends the options."""
    parsed = Parsed()
    left = list(argv)
    while left:
        word = left.pop(0)
        if word == "--":
            parsed.words += left
            break
        found = _OPTION.fullmatch(word)
        if found is None or word == "-":
            parsed.words.append(word)
            continue
        written, equals, attached = found[2].partition("=")
        name = _full_name(known, written, parsed.problems)
        if name is not None:
            _take(parsed, name, written, known[name], attached if equals else None, left)
    return parsed


def _take(parsed: Parsed, name: str, written: str, takes: Takes, attached: str | None, left: list[str]) -> None:
    if takes is Takes.FLAG:
        if attached is not None:
            parsed.problems.append(f"Option {written} does not take an argument")
        parsed.options[name] = "1"
        return
    if takes is Takes.MAYBE:
        follows = attached is None and left and not (left[0] == "--" or _OPTION.fullmatch(left[0]))
        parsed.options[name] = left.pop(0) if follows else attached or ""
        return
    if attached == "" or (attached is None and not left):
        parsed.problems.append(f"Option {written} requires an argument")
        return
    # A mandatory value may look like an option.
    value = left.pop(0) if attached is None else attached
    if takes is Takes.VALUES:
        held = parsed.options.setdefault(name, [])
        assert isinstance(held, list)
        held.append(value)
    else:
        parsed.options[name] = value


def _full_name(known: Mapping[str, Takes], written: str, problems: list[str]) -> str | None:
    """The option that a word stands for, or None with the problem noted."""
    wanted = written.lower()
    hits = [name for name in sorted(known) if name.lower().startswith(wanted)]
    exact = [name for name in hits if name.lower() == wanted]
    if exact or len(hits) == 1:
        return (exact or hits)[0]
    if hits:
        problems.append(f"Option {written} is ambiguous ({', '.join(hits)})")
    else:
        problems.append(f"Unknown option: {written}")
    return None
