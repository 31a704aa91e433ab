"""The permission expressions of the schema table, evaluated for a caller.

An expression is None (root@pam only), ``{"user": "all" | "world"}`` or a list such as
``["perm", "/vms/{vmid}", ["VM.Audit"], "any", 1]``, ``["and", …]``, ``["or", …]``, ``["userid-group", …]``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fakes.pve.formats import user_problem
from fakes.pve.http import ApiError, ForbiddenError
from fakes.pve.usercfg import ROOT, UserConfig


class Permissions:
    """Checks expressions for one caller with the parameters as the client sent them."""

    def __init__(self, access: UserConfig, user: str, given: Mapping[str, Any]) -> None:
        self._access = access
        self._user = user
        self._given = given

    def check(self, expression: Any) -> None:
        """ForbiddenError in Proxmox's words where the caller may not."""
        if self._user == ROOT:
            return
        if expression is None:
            raise ForbiddenError("user != root@pam")
        if isinstance(expression, dict):
            if "check" in expression:
                self.check(expression["check"])
            return
        getattr(self, f"_check_{expression[0].replace('-', '_')}")(*expression[1:])

    def _holds(self, expression: Any) -> bool:
        try:
            self.check(expression)
        except ForbiddenError:
            return False
        return True

    def _check_and(self, *expressions: Any) -> None:
        for expression in expressions:
            self.check(expression)

    def _check_or(self, *expressions: Any) -> None:
        if not any(self._holds(expression) for expression in expressions):
            raise ForbiddenError

    def _check_perm(self, template: str, privileges: list[str], *options: Any) -> None:
        self.require(self._path(template), privileges, any_of="any" in options)

    def _check_perm_modify(self, template: str) -> None:
        path = self._path(template)
        wanted = ["Permissions.Modify"]
        if path.startswith("/vms/"):
            wanted.append("VM.Allocate")
        elif path.startswith("/storage/"):
            wanted.append("Datastore.Allocate")
        elif path.startswith("/pool/"):
            wanted.append("Pool.Allocate")
        self.require(path, wanted, any_of=True)

    def _check_userid_param(self, what: str) -> None:
        userid = self._userid()
        if what == "self":
            if userid != self._user:
                raise ForbiddenError
            return
        self.require(f"/access/realm/{userid.rpartition('@')[2]}", [what], any_of=False)

    def _check_userid_group(self, privileges: list[str], *options: Any) -> None:
        named = dict(zip(options[::2], options[1::2], strict=False)).get("groups_param")
        if self._everywhere(privileges):
            return
        userid = self._userid() if named != "create" and "userid" in self._given else ""
        groups = list(self._access.groups_of(userid)) if userid else []
        if named:
            groups_text = self._given.get("groups") or ""
            wanted = [name for name in re.split(r"[,;\s]+", str(groups_text)) if name]
            if named == "create" and not wanted:
                raise ForbiddenError(f"/access/groups, {privileges[0]}" if len(privileges) == 1 else None)
            for name in wanted:
                self.require(f"/access/groups/{name}", privileges, any_of=True)
            if named == "create":
                return
        if not any(self._has(f"/access/groups/{name}", privileges) for name in groups):
            raise ForbiddenError(f"/access/groups, {'|'.join(privileges)}" if len(privileges) == 1 else None)

    def _everywhere(self, privileges: list[str]) -> bool:
        return self._has("/access/groups", privileges)

    def _has(self, path: str, privileges: list[str]) -> bool:
        owned = self._access.privileges(self._user, path)
        return any(privilege in owned for privilege in privileges)

    def require(self, path: str, privileges: list[str], *, any_of: bool) -> None:
        """ForbiddenError naming path and privileges where they are missing."""
        owned = self._access.privileges(self._user, path)
        if any_of:
            if not any(privilege in owned for privilege in privileges):
                raise ForbiddenError(f"{path}, {'|'.join(privileges)}")
            return
        for privilege in privileges:
            if privilege not in owned:
                raise ForbiddenError(f"{path}, {privilege}")

    def _userid(self) -> str:
        userid = str(self._given.get("userid", ""))
        problem = user_problem(userid)
        if problem:
            raise ApiError(500, problem)
        return userid

    def _path(self, template: str) -> str:
        def value(found: re.Match[str]) -> str:
            return str(self._given.get(found[1], ""))

        path = re.sub(r"\{([^}]+)\}", value, template)
        return "/" + "/".join(part for part in path.split("/") if part)
