"""Users, groups, tokens, roles, ACLs and pools, and what a user may do with them.

The file they live in is read and written by `usercfg_file`. Source: BEHAVIOUR "Access control".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from fakes.pve.tables.roles import BUILTIN_ROLES

ROOT = "root@pam"
PATH = "user.cfg"
Subject = tuple[str, str]
_POOLED = re.compile(r"/(vms|storage)/(.+)")


@dataclass(slots=True)
class Token:
    privsep: bool = True
    expire: int = 0
    comment: str = ""


@dataclass(slots=True)
class User:
    """A user; `expire` is None only for root@pam while no file has been written."""

    enable: bool = True
    expire: int | None = 0
    firstname: str = ""
    lastname: str = ""
    email: str = ""
    comment: str = ""
    keys: str = ""
    tokens: dict[str, Token] = field(default_factory=dict)


@dataclass(slots=True)
class Group:
    users: dict[str, None] = field(default_factory=dict)
    comment: str = ""


@dataclass(slots=True)
class Pool:
    comment: str = ""
    vms: dict[int, None] = field(default_factory=dict)
    storages: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class UserConfig:
    """The whole of user.cfg; `acl` is path → (kind, subject) → role → propagate; kind is user, group or token."""

    users: dict[str, User] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    roles: dict[str, frozenset[str]] = field(default_factory=dict)
    pools: dict[str, Pool] = field(default_factory=dict)
    acl: dict[str, dict[Subject, dict[str, bool]]] = field(default_factory=dict)
    _pool_of: dict[int, str] | None = None
    _known: dict[tuple[str, str], dict[str, bool]] = field(default_factory=dict)
    _alike: dict[tuple[tuple[str, bool], ...], dict[str, bool]] = field(default_factory=dict)

    def pool_of(self, vmid: int) -> str | None:
        """The pool a guest is in, or None."""
        if self._pool_of is None:
            self._pool_of = {number: name for name, pool in self.pools.items() for number in pool.vms}
        return self._pool_of.get(vmid)

    def role(self, name: str) -> frozenset[str] | None:
        """The privileges of a role, built-in ones included; None for no such role."""
        return BUILTIN_ROLES[name] if name in BUILTIN_ROLES else self.roles.get(name)

    def groups_of(self, user: str) -> Iterator[str]:
        for name, group in self.groups.items():
            if user in group.users:
                yield name

    def privileges(self, principal: str, path: str) -> dict[str, bool]:
        """Privilege → propagate flag of a user or token at a path, membership in pools included.

        The object is shared and must not be changed.
        """
        key = (principal, path)
        found = self._known.get(key)
        if found is None:
            made = self._privileges(principal, path)
            # Few sets of privileges differ, however many paths are asked about.
            found = self._known[key] = self._alike.setdefault(tuple(made.items()), made)
        return found

    def _privileges(self, principal: str, path: str) -> dict[str, bool]:
        user, _, token = principal.partition("!")
        if token:
            known = self.users[user].tokens.get(token) if user in self.users else None
            if known is None:
                return {}
            if not known.privsep:
                return self.privileges(user, path)
        elif user == ROOT:
            return dict.fromkeys(BUILTIN_ROLES["Administrator"], True)
        result: dict[str, bool] = {}
        for role, propagate in self._roles(principal, path).items():
            for privilege in self.role(role) or ():
                result[privilege] = result.get(privilege, False) or propagate
        if token and user != ROOT:
            owned = self.privileges(user, path)
            result = {name: flag and owned[name] for name, flag in result.items() if name in owned}
        return result

    def _roles(self, principal: str, path: str) -> dict[str, bool]:
        """The roles at a path, those through a pool included; these never propagate."""
        roles = self._roles_by_acl(principal, path)
        if "NoAccess" in roles:
            return {}
        for pool in self._pools_at(path):
            through = self._roles_by_acl(principal, f"/pool/{pool}")
            if "NoAccess" in through:
                return {}
            roles = {**dict.fromkeys(through, False), **roles}
        return roles

    def _roles_by_acl(self, principal: str, path: str) -> dict[str, bool]:
        found: dict[str, bool] = {}
        for level in _levels(path):
            entries = self.acl.get(level)
            if entries:
                found = self._at_level(principal, entries, is_final=level == path) or found
        return found

    def _at_level(self, principal: str, entries: dict[Subject, dict[str, bool]], *, is_final: bool) -> dict[str, bool]:
        kind = "token" if "!" in principal else "user"
        own = entries.get((kind, principal), {})
        usable = {role: propagate for role, propagate in own.items() if is_final or propagate}
        if usable or kind == "token":
            return usable
        for group in self.groups_of(principal):
            for role, propagate in entries.get(("group", group), {}).items():
                if is_final or propagate:
                    usable[role] = propagate
        return usable

    def _pools_at(self, path: str) -> Iterator[str]:
        found = _POOLED.fullmatch(path)
        if not found:
            return
        if found[1] == "storage":
            yield from (name for name, pool in self.pools.items() if found[2] in pool.storages)
        elif found[2].isdigit():
            pool = self.pool_of(int(found[2]))
            if pool is not None:
                yield pool

    def forget_subject(self, kind: str, name: str) -> None:
        """Take a user, group or token out of all ACLs."""
        for entries in self.acl.values():
            entries.pop((kind, name), None)

    def forget_guest(self, vmid: int) -> bool:
        """Take a guest out of its pool and drop the ACL entries at its path; False where it was in neither."""
        pool = self.pool_of(vmid)
        if pool:
            del self.pools[pool].vms[vmid]
            self._pool_of = None
        return self.acl.pop(f"/vms/{vmid}", None) is not None or bool(pool)


def _levels(path: str) -> Iterator[str]:
    yield "/"
    position = path.find("/", 1)
    while position > 0:
        yield path[:position]
        position = path.find("/", position + 1)
    if path != "/":
        yield path
