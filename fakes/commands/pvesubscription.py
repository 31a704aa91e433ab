"""The commands of `pvesubscription`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.commands.definition import Tree, api
from fakes.commands.rendering import plain_text
from fakes.commands.session import Session

SUBSCRIPTION = "/nodes/{node}/subscription"


def _show(session: Session, info: Mapping[str, Any], _options: Mapping[str, Any]) -> None:
    for key in sorted(info):
        session.say(f"{key}: {plain_text(info[key])}")


TREE: Tree = {
    "get": api("GET", SUBSCRIPTION, show=_show),
    "set": api("PUT", SUBSCRIPTION, "key"),
    "update": api("POST", SUBSCRIPTION),
    "delete": api("DELETE", SUBSCRIPTION),
}
