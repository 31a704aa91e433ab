"""The permission expressions of the schema table, evaluated for a caller before any parameter is checked.

An expression is None (root@pam only), ``{"user": "all" | "world"}`` or a list such as
``["perm", "/vms/{vmid}", ["VM.Audit"], "any", 1]``, ``["and", …]``, ``["or", …]``, ``["userid-group", …]``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fakes.pve.acl_paths import normalized
from fakes.pve.formats import user_problem
from fakes.pve.http import ApiError, ForbiddenError
from fakes.pve.params import split_list
from fakes.pve.usercfg import ROOT, UserConfig

_MODIFIERS = {"storage": "Datastore.Allocate", "vms": "VM.Allocate", "pool": "Pool.Allocate"}
_VARIABLE = re.compile(r"\{([^}]+)\}")


class Permissions:
    """Checks expressions for one caller with the parameters as the client sent them."""

    def __init__(self, access: UserConfig, user: str, given: Mapping[str, Any]) -> None:
        self._access = access
        self._user = user
        self._given = given

    def check(self, permission: Any) -> None:
        """ForbiddenError in Proxmox's words where the caller may not call a method."""
        if self._user == ROOT:
            return
        if permission is None:
            raise ForbiddenError("user != root@pam")
        if isinstance(permission, dict):
            if permission.get("user") == "all":
                return
            permission = permission.get("check")
            if permission is None:
                raise ForbiddenError
        self._evaluate(permission)

    def _evaluate(self, expression: list[Any], *, quiet: bool = False) -> bool:
        """True where an expression holds; otherwise an error, or False where `quiet` keeps it back.

        As in Proxmox, an "and" inside an "or" is loud all the same, and so are malformed user ids.
        """
        test, *rest = expression
        match test:
            case "and":
                for part in rest:
                    self._evaluate(part)
                return True
            case "or":
                if any(self._evaluate(part, quiet=True) for part in rest):
                    return True
                return self._refused(None, quiet=quiet)
            case "perm":
                return self._perm(*rest, quiet=quiet)
            case "perm-modify":
                path = normalized(self._filled(rest[0]))
                return path is None or self._has(path, modifying_privileges(path), any_of=True, quiet=quiet)
            case "userid-param":
                return self._userid_param(rest[0], quiet=quiet)
            case "userid-group":
                return self._userid_group(*rest, quiet=quiet)
        raise ValueError(f"unknown permission test {test!r}")

    def _perm(self, template: str, privileges: list[str], *options: Any, quiet: bool) -> bool:
        chosen = dict(zip(options[::2], options[1::2], strict=False))
        needed = chosen.get("require_param")
        if needed and self._given.get(needed) is None:
            return self._refused(None, quiet=quiet)
        path = normalized(self._filled(template)) or ""
        return self._has(path, privileges, any_of=bool(chosen.get("any")), quiet=quiet)

    def _userid_param(self, what: str, *, quiet: bool) -> bool:
        userid = self._userid()
        if what == "self":
            if userid not in self._access.users:
                return self._no_such_user(userid, quiet=quiet)
            return userid == self._user or self._refused(None, quiet=quiet)
        return self._has(f"/access/realm/{userid.rpartition('@')[2]}", [what], any_of=False, quiet=quiet)

    def _userid_group(self, privileges: list[str], *options: Any, quiet: bool) -> bool:
        mode = dict(zip(options[::2], options[1::2], strict=False)).get("groups_param")
        is_existing = mode != "create"
        userid = str(self._given.get("userid") or "")
        if is_existing and self._userid(quiet=quiet) not in self._access.users:
            return self._no_such_user(userid, quiet=quiet)
        if self._has("/access/groups", privileges, any_of=True, quiet=True):
            return True
        mine = [
            name
            for name in self._access.groups
            if self._has(f"/access/groups/{name}", privileges, any_of=True, quiet=True)
        ]
        if mode:
            wanted = split_list(str(self._given.get("groups") or ""))
            if not wanted:
                raise ForbiddenError(f"/access/groups, {'|'.join(privileges)}")
            for name in wanted:
                if name not in mine:
                    raise ForbiddenError(f"/access/groups/{name}, {'|'.join(privileges)}")
        if is_existing and not any(userid in self._access.groups[name].users for name in mine):
            return self._refused(None, quiet=quiet)
        return True

    def _has(self, path: str, privileges: list[str], *, any_of: bool, quiet: bool) -> bool:
        owned = self._access.privileges(self._user, path)
        if any_of:
            if any(privilege in owned for privilege in privileges):
                return True
            return self._refused(f"{path}, {'|'.join(privileges)}", quiet=quiet)
        for privilege in privileges:
            if privilege not in owned:
                return self._refused(f"{path}, {privilege}", quiet=quiet)
        return True

    def _userid(self, *, quiet: bool = False) -> str:
        userid = str(self._given.get("userid") or "")
        problem = user_problem(userid)
        if problem and not quiet:
            raise ApiError(500, problem)
        return userid

    def _filled(self, template: str) -> str:
        """A path with the parameters' values; one that was not given reads "-"."""
        return _VARIABLE.sub(lambda found: str(self._given.get(found[1], "-")), template)

    @staticmethod
    def _refused(what: str | None, *, quiet: bool) -> bool:
        if quiet:
            return False
        raise ForbiddenError(what)

    @staticmethod
    def _no_such_user(userid: str, *, quiet: bool) -> bool:
        if quiet:
            return False
        raise ApiError(500, f"no such user ('{userid}')")


def modifying_privileges(path: str) -> list[str]:
    """The privileges any of which allows to change the permissions at a normalized path."""
    top, _, rest = path.lstrip("/").partition("/")
    return ["Permissions.Modify", *([_MODIFIERS[top]] if rest and top in _MODIFIERS else [])]


def may_modify_permissions(access: UserConfig, user: str, path: str) -> bool:
    """True where a user or token may change the permissions at a normalized path."""
    owned = access.privileges(user, path)
    return any(privilege in owned for privilege in modifying_privileges(path))
