"""Users, groups, tokens, roles, ACLs and pools as `/etc/pve/user.cfg` holds them, and what a user may do.

`parse_user_cfg` and `format_user_cfg` round-trip the file. Source: file format of PVE 8.4, BEHAVIOUR "Access control".
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fakes.pve.tables.roles import BUILTIN_ROLES

ROOT = "root@pam"
PATH = "user.cfg"


@dataclass(slots=True)
class Token:
    privsep: bool = True
    expire: int = 0
    comment: str = ""


@dataclass(slots=True)
class User:
    enable: bool = True
    expire: int = 0
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
    acl: dict[str, dict[tuple[str, str], dict[str, bool]]] = field(default_factory=dict)
    _pool_of: dict[int, str] | None = None

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

    def roles_at(self, principal: str, path: str) -> dict[str, bool]:
        """The roles of a user or token at a path with their propagate flags; pools are not looked at."""
        user, _, token = principal.partition("!")
        if user == ROOT and not token:
            return {"Administrator": True}
        if token and not self._privsep(user, token):
            return self.roles_at(user, path)
        found: dict[str, bool] = {}
        for level in _levels(path):
            entries = self.acl.get(level)
            if not entries:
                continue
            here = self._at_level(principal, entries, is_final=level == path)
            if here:
                found = here
        return {} if "NoAccess" in found else found

    def _at_level(
        self, principal: str, entries: dict[tuple[str, str], dict[str, bool]], *, is_final: bool
    ) -> dict[str, bool]:
        kind = "token" if "!" in principal else "user"
        own = entries.get((kind, principal), {})
        usable = {role: propagate for role, propagate in own.items() if is_final or propagate}
        if usable or kind == "token":
            return usable
        for group in self.groups_of(principal):
            for role, propagate in entries.get(("group", group), {}).items():
                if is_final or propagate:
                    usable[role] = usable.get(role, False) or propagate
        return usable

    def _privsep(self, user: str, token: str) -> bool:
        known = self.users.get(user)
        return known is None or token not in known.tokens or known.tokens[token].privsep

    def privileges(self, principal: str, path: str) -> dict[str, bool]:
        """Privilege → propagate flag of a user or token at a path, membership in pools included."""
        user, _, token = principal.partition("!")
        if token and user == ROOT and not self._privsep(user, token):
            return dict.fromkeys(BUILTIN_ROLES["Administrator"], True)
        result = self._union(self.roles_at(principal, path))
        pool = self._pool_at(path)
        if pool:
            for privilege, propagate in self._union(self.roles_at(principal, f"/pool/{pool}")).items():
                result[privilege] = result.get(privilege, False) or propagate
        if token and self._privsep(user, token):
            owned = self.privileges(user, path)
            result = {privilege: flag for privilege, flag in result.items() if privilege in owned}
        return result

    def _pool_at(self, path: str) -> str | None:
        guest = re.fullmatch(r"/vms/(\d+)", path)
        if guest:
            return self.pool_of(int(guest[1]))
        if path.startswith("/storage/"):
            name = path.removeprefix("/storage/")
            return next((poolid for poolid, pool in self.pools.items() if name in pool.storages), None)
        return None

    def _union(self, roles: dict[str, bool]) -> dict[str, bool]:
        result: dict[str, bool] = {}
        for role, propagate in roles.items():
            for privilege in self.role(role) or ():
                result[privilege] = result.get(privilege, False) or propagate
        return result

    def forget_guest(self, vmid: int) -> None:
        """Take a guest out of its pool and drop the ACL entries at its path."""
        pool = self.pool_of(vmid)
        if pool:
            del self.pools[pool].vms[vmid]
            self._pool_of = None
        self.acl.pop(f"/vms/{vmid}", None)


def _levels(path: str) -> Iterator[str]:
    yield "/"
    position = path.find("/", 1)
    while position > 0:
        yield path[:position]
        position = path.find("/", position + 1)
    if path != "/":
        yield path


def parse_user_cfg(text: str) -> UserConfig:
    """The content of user.cfg; lines that cannot be read are skipped, as Proxmox does."""
    config = UserConfig()
    config.users[ROOT] = User()
    for line in text.splitlines():
        parts = line.split(":")
        kind, values = parts[0], [*parts[1:], *[""] * 10]
        if kind == "user":
            config.users[values[0]] = User(
                enable=values[1] == "1",
                expire=int(values[2] or 0),
                firstname=_plain(values[3]),
                lastname=_plain(values[4]),
                email=values[5],
                comment=_plain(values[6]),
                keys=values[7],
                tokens=config.users[values[0]].tokens if values[0] in config.users else {},
            )
        elif kind == "token":
            user, _, token = values[0].partition("!")
            if user in config.users:
                config.users[user].tokens[token] = Token(values[2] == "1", int(values[1] or 0), _plain(values[3]))
        elif kind == "group":
            config.groups[values[0]] = Group(dict.fromkeys(_items(values[1])), _plain(values[2]))
        elif kind == "role":
            config.roles[values[0]] = frozenset(_items(values[1]))
        elif kind == "pool":
            vms = {int(vmid): None for vmid in _items(values[2])}
            config.pools[values[0]] = Pool(_plain(values[1]), vms, dict.fromkeys(_items(values[3])))
        elif kind == "acl":
            _parse_acl(config, values)
    return config


def _parse_acl(config: UserConfig, values: list[str]) -> None:
    propagate, path = values[0] == "1", values[1]
    for subject in _items(values[2]):
        if subject.startswith("@"):
            key = ("group", subject[1:])
        else:
            key = ("token" if "!" in subject else "user", subject)
        roles = config.acl.setdefault(path, {}).setdefault(key, {})
        for role in _items(values[3]):
            roles[role] = propagate


def format_user_cfg(config: UserConfig) -> str:
    """The text of user.cfg, in the order Proxmox writes it."""
    lines: list[str] = []
    for name, user in sorted(config.users.items()):
        fields = [name, str(int(user.enable)), str(user.expire), _quoted(user.firstname), _quoted(user.lastname)]
        fields += [user.email, _quoted(user.comment), user.keys]
        lines.append("user:" + ":".join(fields) + ":")
        for tokenid, token in sorted(user.tokens.items()):
            lines.append(f"token:{name}!{tokenid}:{token.expire}:{int(token.privsep)}:{_quoted(token.comment)}:")
    lines.append("")
    for name, group in sorted(config.groups.items()):
        lines.append(f"group:{name}:{','.join(sorted(group.users))}:{_quoted(group.comment)}:")
    lines.append("")
    for name, pool in sorted(config.pools.items()):
        vms = ",".join(str(vmid) for vmid in sorted(pool.vms))
        lines.append(f"pool:{name}:{_quoted(pool.comment)}:{vms}:{','.join(sorted(pool.storages))}:")
    lines.append("")
    for name, privileges in sorted(config.roles.items()):
        lines.append(f"role:{name}:{','.join(sorted(privileges))}:")
    lines.append("")
    lines.extend(_format_acl(config))
    return "\n".join(lines) + "\n"


def _format_acl(config: UserConfig) -> Iterable[str]:
    for path, entries in sorted(config.acl.items()):
        for propagate in (False, True):
            by_roles: dict[str, list[str]] = {}
            for (kind, subject), roles in entries.items():
                chosen = ",".join(sorted(role for role, flag in roles.items() if flag is propagate))
                if chosen:
                    by_roles.setdefault(chosen, []).append(f"@{subject}" if kind == "group" else subject)
            for chosen, subjects in sorted(by_roles.items()):
                yield f"acl:{int(propagate)}:{path}:{','.join(sorted(subjects))}:{chosen}:"


def _items(text: str) -> list[str]:
    return [item for item in text.split(",") if item]


def _plain(text: str) -> str:
    return urllib.parse.unquote(text)


def _quoted(text: str) -> str:
    return re.sub(r"[^ \w.,;@/()<>=+*!?'\"&~-]", lambda found: urllib.parse.quote(found[0], safe=""), text)
