"""The one-line synopsis of a command, made from its schema, and the lists of commands."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from fakes.commands.arguments import is_list
from fakes.commands.definition import Alias, Command, Tree
from fakes.pve.schema import Schema, Spec

FORMAT_OPTIONS: Mapping[str, Spec] = {
    "output-format": {"type": "string", "enum": ["text", "json", "json-pretty", "yaml"], "optional": 1},
    "quiet": {"type": "boolean", "optional": 1},
    "human-readable": {"type": "boolean", "optional": 1},
    "noborder": {"type": "boolean", "optional": 1},
    "noheader": {"type": "boolean", "optional": 1},
}
_NUMBERED = re.compile(r"([a-z]+)(\d+)")


def synopsis(
    schema: Schema,
    name: str,
    arguments: tuple[str, ...] | str,
    params: Mapping[str, Spec],
    fixed: Mapping[str, object],
    *,
    formats: bool,
    asked: Collection[str] = (),
) -> str:
    """A line such as ``qm config <vmid> [OPTIONS]``; `asked` are options that are asked for where they are missing."""
    placed = (arguments,) if isinstance(arguments, str) else arguments
    words = [_argument(schema, one, params[one]) for one in placed if one in params]
    options = [one for one in sorted(params) if one not in placed and one not in fixed and one not in FORMAT_OPTIONS]
    needed = (one for one in options if one not in asked and not params[one].get("optional"))
    words += [f"--{one} <{params[one].get('type', 'string')}>" for one in needed]
    line = f"{name} {' '.join(words)}"
    if options:
        line += " [OPTIONS]"
    if formats or "output-format" in params:
        line += " [FORMAT_OPTIONS]"
    return line


def _argument(schema: Schema, name: str, spec: Spec) -> str:
    if is_list(schema, spec):
        return f"{{<{name}>}}"
    return f"[<{name}>]" if spec.get("optional") else f"<{name}>"


def option_lines(params: Mapping[str, Spec], skipped: frozenset[str]) -> Iterator[str]:
    """A line for each option with its type, numbered ones once."""
    seen: set[str] = set()
    for name in sorted(params):
        found = _NUMBERED.fullmatch(name)
        shown = name
        if found and (f"{found[1]}0" in params and f"{found[1]}1" in params):
            shown = f"{found[1]}[n]"
        if name in skipped or shown in seen:
            continue
        seen.add(shown)
        spec = params[name]
        kind = f"({' | '.join(map(str, spec['enum']))})" if "enum" in spec else f"<{spec.get('type', 'string')}>"
        yield f"  -{shown:<10} {kind}"


def leaves(tree: Tree, prefix: str = "") -> Iterator[tuple[str, Command]]:
    """All commands below a tree with their full names, sorted; aliases left out."""
    for name in sorted(tree):
        found = tree[name]
        if isinstance(found, Command):
            yield f"{prefix} {name}".strip(), found
        elif not isinstance(found, Alias):
            yield from leaves(found, f"{prefix} {name}".strip())
