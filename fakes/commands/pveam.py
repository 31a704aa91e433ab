"""The commands of `pveam`, for container templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.commands.definition import Tree, own, task
from fakes.commands.session import Session
from fakes.pve.http import ApiError
from fakes.pve.schema import Spec
from fakes.pve.storage.volumes import volumes

_STORAGE: Mapping[str, Spec] = {"storage": {"type": "string", "format": "pve-storage-id"}}
_SECTION: Mapping[str, Spec] = {
    "section": {"type": "string", "optional": 1, "enum": ["system", "mail", "turnkeylinux"]},
}
_TEMPLATE: Mapping[str, Spec] = {"template_path": {"type": "string", "maxLength": 255}}
_MIB = 1024**2


def _list(session: Session, given: dict[str, Any]) -> None:
    node_volumes = volumes(session.api.datacenter, session.node)
    if not node_volumes.supports(given["storage"], "vztmpl"):
        raise ApiError(500, "Storage does not support templates!")
    session.say(f"{'NAME':<60} {'SIZE':<6}")
    for volume in sorted(node_volumes.list(given["storage"], "vztmpl"), key=lambda one: one.volid):
        session.say(f"{volume.volid:<60} {volume.size / _MIB:<4.2f}MB")


def _available(session: Session, given: dict[str, Any]) -> None:
    rows = session.get("/nodes/{node}/aplinfo")
    for row in sorted(rows, key=lambda one: (str(one["section"]), str(one["template"]))):
        if given.get("section") in (None, row["section"]):
            session.say(f"{row['section']:<15} {row['template']}")


def _remove(session: Session, given: dict[str, Any]) -> None:
    path = given["template_path"]
    if ":" not in path:
        if session.read_file(path) is None:
            raise ApiError(500, f"can't find file '{path}'")
        session.node.files.delete(path.lstrip("/"))
        return
    node_volumes = volumes(session.api.datacenter, session.node)
    if not node_volumes.exists(path):
        raise ApiError(500, f"volume '{path}' does not exist")
    node_volumes.free(path, log=session.say)


def _update(session: Session, _given: dict[str, Any]) -> None:
    session.say("update successful")


TREE: Tree = {
    "update": own({}, _update),
    "download": task("POST", "/nodes/{node}/aplinfo", "storage", "template"),
    "available": own(_SECTION, _available),
    "list": own(_STORAGE, _list, "storage"),
    "remove": own(_TEMPLATE, _remove, "template_path"),
}
