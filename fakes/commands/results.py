"""Results of methods as text tables, JSON or YAML, by what the schema says they are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fakes.commands.rendering import compact_json, plain_text, rounded, value_text
from fakes.commands.session import Session
from fakes.commands.tables import Style, table
from fakes.pve.schema import Spec, expand

_PAIRS: Mapping[str, Spec] = {"key": {"type": "string"}, "value": {"type": "string"}}


def print_result(
    session: Session, data: Any, returns: Spec, options: Mapping[str, Any], columns: Sequence[str] | None = None
) -> None:
    """Print what a method returned in the chosen format."""
    if str(options.get("quiet", "0")) == "1":
        return
    kind = returns.get("type") or _guessed(data)
    if kind == "null" or (returns.get("optional") and data is None):
        return
    style = style_of(session, options)
    match options.get("output-format", "text"):
        case "json":
            session.say(compact_json(data))
        case "json-pretty":
            session.say(pretty_json(data))
        case "yaml":
            from fakes.commands.yamltext import yaml_text

            session.print(yaml_text(data))
        case _:
            _print_text(session, data, kind, returns, style, columns)


def style_of(session: Session, options: Mapping[str, Any]) -> Style:
    """How tables are drawn by the options of a command."""
    chosen = {name: str(options.get(name, "")) == "1" for name in ("noborder", "noheader")}
    return Style(
        border=not chosen["noborder"],
        header=not chosen["noheader"],
        utf8=session.is_utf8,
        human_readable=str(options.get("human-readable", "1")) == "1",
    )


def _print_text(
    session: Session, data: Any, kind: str, returns: Spec, style: Style, columns: Sequence[str] | None
) -> None:
    if kind == "object":
        session.print(_object_table(data or {}, returns.get("properties") or {}, style, columns))
    elif kind == "array":
        if data:
            session.print(_array_table(data, returns.get("items") or {}, style, columns))
    else:
        session.say(plain_text(data) if data is not None else "")


def _object_table(
    data: Mapping[str, Any], specs: Mapping[str, Spec], style: Style, columns: Sequence[str] | None
) -> str:
    specs = _expanded(specs)
    names = columns or _columns_of(specs) or sorted(data)
    rows = [
        {"key": name, "value": value_text(data[name], specs.get(name, {}), human_readable=style.human_readable)}
        for name in names
        if data.get(name) is not None
    ]
    return table(rows, _PAIRS, ("key", "value"), style)


def _array_table(data: Sequence[Any], items: Spec, style: Style, columns: Sequence[str] | None) -> str:
    kind = items.get("type") or _guessed(data[0])
    if kind != "object":
        bare = Style(style.border, False, style.utf8, style.human_readable)
        return table([{"value": value} for value in data], {"value": items}, ("value",), bare)
    specs = _expanded(items.get("properties") or {})
    names = columns or _columns_of(specs) or sorted({name for row in data for name in row})
    return table(data, specs, names, style)


def _expanded(specs: Mapping[str, Spec]) -> Mapping[str, Spec]:
    """The properties with numbered ones such as ``dns[1-3]`` one by one."""
    return {single: spec for name, spec in specs.items() for single in expand(name)}


def _columns_of(specs: Mapping[str, Spec]) -> list[str]:
    """The columns of a table: what every row has, then the rest, each sorted."""
    required = sorted(name for name, spec in specs.items() if not spec.get("optional"))
    return required + sorted(name for name, spec in specs.items() if spec.get("optional"))


def _guessed(data: Any) -> str:
    if data is None:
        return "null"
    return "object" if isinstance(data, dict) else "array" if isinstance(data, list) else "string"


def pretty_json(data: Any) -> str:
    """JSON with sorted keys, three blanks deep, and blanks around the colons."""
    return _pretty(rounded(data), "")


def _pretty(data: Any, indent: str) -> str:
    inner = indent + "   "
    if isinstance(data, dict) and data:
        pairs = (f"{inner}{json.dumps(key, ensure_ascii=False)} : {_pretty(data[key], inner)}" for key in sorted(data))
        return "{\n" + ",\n".join(pairs) + f"\n{indent}}}"
    if isinstance(data, list) and data:
        return "[\n" + ",\n".join(inner + _pretty(item, inner) for item in data) + f"\n{indent}]"
    return json.dumps(data, ensure_ascii=False)
