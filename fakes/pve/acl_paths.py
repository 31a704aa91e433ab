"""Paths of the access control tree: their normal form, and which ones an entry may be made for."""

from __future__ import annotations

import re

_NAME = r"[A-Za-z0-9.\-_]+"
_ALLOWED = re.compile(
    "|".join(
        (
            "/",
            f"/access(/(groups|realm)(/{_NAME})?)?",
            f"/nodes(/{_NAME})?",
            f"/pool(/{_NAME}){{0,3}}",
            "/sdn(/controllers(/[A-Za-z0-9_\\-]+)?|/(dns|ipams)(/[A-Za-z0-9]+)?)?",
            f"/sdn/zones(/{_NAME}(/{_NAME}(/[1-9][0-9]{{0,3}})?)?)?",
            f"/storage(/{_NAME})?",
            "/vms(/[1-9][0-9]{2,})?",
            f"/mapping(/{_NAME}){{0,2}}",
        )
    )
)


def normalized(path: str) -> str | None:
    """A path with one leading slash, no double and no trailing ones; None where it holds other characters."""
    if not path:
        return None
    result = re.sub("/+", "/", f"/{path}")
    result = result.rstrip("/") or "/"
    return result if re.fullmatch(r"[A-Za-z0-9.\-_/]+", result) else None


def is_acl_path(path: str) -> bool:
    """True for a normalized path that an ACL entry may be made for."""
    return _ALLOWED.fullmatch(path) is not None
