"""Second factors in `pveum`: their list, and taking them away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.commands.session import Session
from fakes.pve.schema import Spec

_USER: Spec = {"type": "string", "format": "pve-userid"}
LIST: Mapping[str, Spec] = {"userid": {**_USER, "optional": 1}}
DELETE: Mapping[str, Spec] = {"userid": _USER, "id": {"type": "string", "optional": 1}}
ENTRIES = "/access/tfa/{userid}"


def list_tfa(session: Session, given: dict[str, Any]) -> None:
    """Print the second factors of a user, or of everybody."""
    if "userid" in given:
        _show(session, session.get(ENTRIES, userid=given["userid"]), "")
        return
    for number, user in enumerate(sorted(session.get("/access/tfa"), key=lambda one: str(one["userid"]))):
        session.print("\n" if number else "")
        session.say(f"{user['userid']}:")
        _show(session, user.get("entries") or [], "    ")


def _show(session: Session, entries: list[dict[str, Any]], indent: str) -> None:
    for number, entry in enumerate(entries):
        session.print("\n" if number else "")
        kind = f"{entry['type']}:"
        session.say(f"{indent}{kind:<9} {entry['id']}\n{indent}    {entry.get('description') or ''}")


def delete_tfa(session: Session, given: dict[str, Any]) -> None:
    """Take one second factor away, or all of a user."""
    user, wanted = given["userid"], given.get("id")
    names = [wanted] if wanted else [entry["id"] for entry in session.get(ENTRIES, userid=user)]
    for name in names:
        session.call("DELETE", f"{ENTRIES}/{{id}}", {"userid": user, "id": name})
