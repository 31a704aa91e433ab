"""What zones, virtual networks, controllers, IPAMs and DNS servers have in common: shown, made, changed, removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakes.pve.call import Call
from fakes.pve.http import ApiError, prefixed
from fakes.pve.params import split_list
from fakes.pve.sdn.access import may_see
from fakes.pve.sdn.config import (
    APPLIED,
    Kind,
    Object,
    Objects,
    configured,
    file_digest,
    running,
    with_pending,
    write,
)

MODIFIED = "detected modified configuration - file changed by other user? Try again."
Check = Callable[[str, Object], None]


def view(call: Call, kind: Kind, identity: tuple[str, ...] = ("type",)) -> tuple[Objects, str | None]:
    """The objects as they are configured, as they run, or with what is pending; only the first has a digest."""
    datacenter = call.datacenter
    if kind in APPLIED and call.get("pending"):
        return with_pending(running(datacenter, kind), configured(datacenter, kind), identity), None
    if kind in APPLIED and call.get("running"):
        return running(datacenter, kind), None
    return configured(datacenter, kind), file_digest(datacenter, kind)


def listed(call: Call, kind: Kind) -> list[dict[str, Any]]:
    """The rows of a list; objects that the caller may not see are left out."""
    objects, digest = view(call, kind)
    wanted = call.get("type")
    return [
        {**one, kind.key: name, "digest": digest}
        for name, one in sorted(objects.items())
        if may_see(call, kind, name, {**one, **one.get("pending", {})}) and wanted in (None, one.get("type"))
    ]


def shown(call: Call, kind: Kind) -> dict[str, Any]:
    """One object."""
    name = str(call.params[kind.key])
    objects, digest = view(call, kind)
    return {**found(kind, objects, name), kind.key: name, "digest": digest}


def found(kind: Kind, objects: Objects, name: str) -> Object:
    """An object by its id; ApiError where there is none."""
    if name not in objects:
        raise ApiError(500, kind.unknown.format(name))
    return objects[name]


def given(call: Call, *without: str) -> Object:
    """The options of a request."""
    hidden = {"digest", "delete", "type", *without}
    return {key: value for key, value in call.params.items() if key not in hidden and value is not None}


def check_options(kind: Kind, type_: str, options: Object, *, is_new: bool) -> None:
    """ApiError where an option is missing or not one of the type's."""
    allowed = kind.allowed(type_)
    for name in options:
        if name not in allowed:
            raise ApiError(500, f"unexpected property '{name}'")
    for name in kind.required.get(type_, ()) if is_new else ():
        if name not in options:
            raise ApiError(500, f"missing value for required option '{name}'")


def create(call: Call, kind: Kind, check: Check | None = None) -> None:
    """Make an object of the type in the request."""
    name, type_ = str(call.params[kind.key]), str(call.get("type") or kind.key)
    options = given(call, kind.key)
    check_options(kind, type_, options, is_new=True)
    with prefixed(f"create {kind.noun} failed"):
        objects = configured(call.datacenter, kind)
        if name in objects:
            raise ApiError(500, f"{kind.noun} ID '{name}' already defined")
        objects[name] = {"type": type_, **options}
        if check is not None:
            check(name, objects[name])
        write(call.datacenter, kind, objects)


def update(call: Call, kind: Kind, check: Callable[[str, Object, Object], None] | None = None) -> None:
    """Change an object's options; `check` gets its id, what it is to be and what it was."""
    name = str(call.params[kind.key])
    with prefixed(f"update {kind.noun} failed"):
        wanted = call.get("digest")
        if wanted and wanted != file_digest(call.datacenter, kind):
            raise ApiError(500, MODIFIED)
        objects = configured(call.datacenter, kind)
        old = found(kind, objects, name)
        options = given(call, kind.key)
        check_options(kind, old["type"], options, is_new=False)
        new = {**without_deleted(call, kind, old), **options}
        if check is not None:
            check(name, new, old)
        write(call.datacenter, kind, {**objects, name: new})


def without_deleted(call: Call, kind: Kind, one: Object) -> Object:
    """An object without the options that the request deletes."""
    left = dict(one)
    for option in split_list(call.get("delete") or ""):
        if option in kind.required.get(one["type"], ()):
            raise ApiError(500, f"unable to delete required option '{option}'")
        if option not in kind.allowed(one["type"]):
            raise ApiError(500, f"no such option '{option}'")
        left.pop(option, None)
    return left


def remove(call: Call, kind: Kind, check: Callable[[str], None] | None = None, *, noun: str | None = None) -> None:
    """Take an object out; `check` may refuse."""
    name = str(call.params[kind.key])
    with prefixed(f"delete {noun or kind.noun} failed"):
        objects = configured(call.datacenter, kind)
        found(kind, objects, name)
        if check is not None:
            check(name)
        write(call.datacenter, kind, {key: one for key, one in objects.items() if key != name})
