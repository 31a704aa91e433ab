"""How guests are shown by `qm` and `pct`: configurations, pending changes, snapshots, states, agent answers."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterable, Mapping
from typing import Any

from fakes.commands.rendering import plain_text, timestamp_text
from fakes.commands.results import pretty_json
from fakes.commands.session import Session

# Everything but control characters, per cent signs, colons and what is not ASCII.
_UNTOUCHED = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in "%:")
_NOT_OF_THE_PROCESS = frozenset(("agent", "clipboard", "cpu", "digest", "ha", "relcpu", "spice"))
_TREE_WIDTH = 30
Options = Mapping[str, Any]


def one_line(text: str) -> str:
    """A text with line breaks and colons escaped, as in listings."""
    return urllib.parse.quote(text, safe=_UNTOUCHED)


def show_config(session: Session, config: dict[str, Any], _options: Options) -> None:
    """A ``key: value`` line for each setting."""
    for key in sorted(config):
        if key == "digest":
            continue
        value = one_line(str(config[key])) if key == "description" else plain_text(config[key])
        session.say(f"{key}: {value}")


def show_pending(session: Session, rows: list[dict[str, Any]], _options: Options) -> None:
    """Current, new and deleted values, a line each."""
    for row in sorted(rows, key=lambda one: str(one["key"])):
        key = row["key"]
        if key == "digest":
            continue
        value, pending = (
            one_line(str(row[name])) if key == "description" and row.get(name) is not None else row.get(name)
            for name in ("value", "pending")
        )
        if value is not None:
            session.say(f"{'del' if row.get('delete') else 'cur'} {key}: {value}")
        if pending is not None and not (value is not None and row.get("delete")):
            session.say(f"new {key}: {pending}")


def show_snapshots(session: Session, rows: list[dict[str, Any]], _options: Options) -> None:
    """The snapshots as a tree, each below the one it came from."""
    by_name = {str(row["name"]): row for row in rows}
    children: dict[str | None, list[str]] = {}
    for name, row in by_name.items():
        parent = row.get("parent")
        children.setdefault(parent if parent in by_name else None, []).append(name)

    def draw(names: Iterable[str], prefix: str) -> None:
        for name in sorted(names, key=lambda one: by_name[one].get("snaptime") or float("inf")):
            row = by_name[name]
            moment = timestamp_text(row["snaptime"]) if row.get("snaptime") is not None else ""
            description = str(row.get("description") or "no-description").partition("\n")[0]
            width = _TREE_WIDTH - len(prefix) if len(prefix) <= _TREE_WIDTH else _TREE_WIDTH
            session.say(f"{prefix} {name:<{width}} {moment:<23} {description}")
            draw(children.get(name, ()), f" {prefix}")

    draw(children.get(None, ()), "`->")


def show_status(session: Session, status: Mapping[str, Any], *, verbose: bool) -> None:
    """One line with the state, or every figure of the process."""
    if not verbose:
        session.say(f"status: {status.get('qmpstatus') or status.get('status') or 'unknown'}")
        return
    _nested(session, {key: value for key, value in status.items() if key not in _NOT_OF_THE_PROCESS}, "")


def _nested(session: Session, values: Mapping[str, Any], indent: str) -> None:
    for key in sorted(values):
        value = values[key]
        if isinstance(value, dict):
            session.say(f"{indent}{key}:")
            _nested(session, value, indent + "\t")
        elif isinstance(value, list):
            session.say(f"{indent}{key}:")
            for item in value:
                session.say(f"{indent}\t{plain_text(item)}")
        else:
            session.say(f"{indent}{key}: {plain_text(value) if value is not None else ''}")


def show_agent(session: Session, data: Any, _options: Options) -> None:
    """What a guest agent answered, as pretty JSON; nothing for nothing."""
    result = data.get("result", data) if isinstance(data, dict) else data
    if result is None or result in ({}, ""):
        return
    session.say(pretty_json(result) if isinstance(result, (dict, list)) else plain_text(result).rstrip("\n"))
