"""The file `/etc/pve/user.cfg`: `parse_user_cfg` and `format_user_cfg` round-trip it.

Source: file format of PVE 8.4.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterable, Iterator, Sequence

from fakes.pve.usercfg import ROOT, Group, Pool, Subject, Token, User, UserConfig

_USERID = re.compile(r"[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+")


def parse_user_cfg(text: str) -> UserConfig:
    """The content of user.cfg; lines that cannot be read are skipped, as Proxmox does."""
    config = UserConfig()
    for line in text.splitlines():
        kind, *values = line.strip().split(":")
        values = [value.strip() for value in values] + [""] * 8
        read = _READERS.get(kind)
        if read is not None:
            read(config, values)
    # root@pam is there whatever the file says.
    config.users.setdefault(ROOT, User(expire=None))
    return config


def _read_user(config: UserConfig, values: Sequence[str]) -> None:
    name, enable, expire, firstname, lastname, email, comment, keys = values[:8]
    if not _USERID.fullmatch(name) or not (expire or "0").isdigit():
        return
    config.users[name] = User(
        enable=enable not in ("", "0"),
        expire=int(expire or 0),
        firstname=_decoded(firstname),
        lastname=_decoded(lastname),
        email=email,
        comment=_decoded(comment),
        keys=keys,
    )


def _read_token(config: UserConfig, values: Sequence[str]) -> None:
    full, expire, privsep, comment = values[:4]
    user, _, token = full.partition("!")
    if user in config.users and token and (expire or "0").isdigit():
        config.users[user].tokens[token] = Token(privsep not in ("", "0"), int(expire or 0), _decoded(comment))


def _read_group(config: UserConfig, values: Sequence[str]) -> None:
    config.groups[values[0]] = Group(dict.fromkeys(_items(values[1])), _decoded(values[2]))


def _read_role(config: UserConfig, values: Sequence[str]) -> None:
    config.roles[values[0]] = frozenset(_items(values[1]))


def _read_pool(config: UserConfig, values: Sequence[str]) -> None:
    vms = {int(vmid): None for vmid in _items(values[2]) if vmid.isdigit()}
    config.pools[values[0]] = Pool(_decoded(values[1]), vms, dict.fromkeys(_items(values[3])))


def _read_acl(config: UserConfig, values: Sequence[str]) -> None:
    propagate, path = values[0] not in ("", "0"), values[1]
    known = [role for role in _items(values[3]) if config.role(role) is not None]
    for subject in _items(values[2]):
        key = _subject(config, subject)
        if key is None:
            continue
        roles = config.acl.setdefault(path, {}).setdefault(key, {})
        roles.update(dict.fromkeys(known, propagate))


def _subject(config: UserConfig, text: str) -> Subject | None:
    if text.startswith("@"):
        return "group", text[1:]
    user, bang, token = text.partition("!")
    if not bang:
        return "user", text
    return ("token", text) if user in config.users and token in config.users[user].tokens else None


_READERS = {
    "user": _read_user,
    "token": _read_token,
    "group": _read_group,
    "role": _read_role,
    "pool": _read_pool,
    "acl": _read_acl,
}


def format_user_cfg(config: UserConfig) -> str:
    """The text of user.cfg, in the order Proxmox writes it."""
    parts = (_format_users, _format_groups, _format_pools, _format_roles, _format_acl)
    return "\n".join("".join(f"{line}\n" for line in part(config)) for part in parts)


def _format_users(config: UserConfig) -> Iterator[str]:
    for name, user in sorted(config.users.items()):
        names = f"{_encoded(user.firstname)}:{_encoded(user.lastname)}"
        rest = f"{user.email}:{_encoded(user.comment)}:{user.keys}"
        yield f"user:{name}:{int(user.enable)}:{user.expire or 0}:{names}:{rest}:"
        for tokenid, token in sorted(user.tokens.items()):
            yield f"token:{name}!{tokenid}:{token.expire}:{int(token.privsep)}:{_encoded(token.comment)}:"


def _format_groups(config: UserConfig) -> Iterator[str]:
    for name, group in sorted(config.groups.items()):
        yield f"group:{name}:{','.join(sorted(group.users))}:{_encoded(group.comment)}:"


def _format_pools(config: UserConfig) -> Iterator[str]:
    for name, pool in sorted(config.pools.items()):
        vms, storages = ",".join(sorted(map(str, pool.vms))), ",".join(sorted(pool.storages))
        yield f"pool:{name}:{_encoded(pool.comment)}:{vms}:{storages}:"


def _format_roles(config: UserConfig) -> Iterator[str]:
    for name, privileges in sorted(config.roles.items()):
        yield f"role:{name}:{','.join(sorted(privileges))}:"


def _format_acl(config: UserConfig) -> Iterable[str]:
    for path, entries in sorted(config.acl.items()):
        for propagate in (False, True):
            by_roles: dict[str, list[str]] = {}
            for (kind, subject), roles in entries.items():
                # root@pam is Administrator anyway, so its entries are not kept.
                if (kind, subject) == ("user", ROOT):
                    continue
                chosen = ",".join(sorted(role for role, flag in roles.items() if flag is propagate))
                if chosen:
                    by_roles.setdefault(chosen, []).append(f"@{subject}" if kind == "group" else subject)
            for chosen, subjects in sorted(by_roles.items()):
                yield f"acl:{int(propagate)}:{path}:{','.join(sorted(subjects))}:{chosen}:"


def _items(text: str) -> list[str]:
    return [item for item in text.split(",") if item]


def _decoded(text: str) -> str:
    return urllib.parse.unquote(text)


def _encoded(text: str) -> str:
    """Colons, control and non-ASCII characters percent-encoded; a percent sign itself is not."""
    return re.sub(r"[^ -9;-~]", lambda found: urllib.parse.quote(found[0], safe=""), text)
