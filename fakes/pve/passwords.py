"""Passwords: the system account of root@pam, and the users of realm pve in `/etc/pve/priv/shadow.cfg`."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from passlib.hash import sha256_crypt

from fakes.pve.http import ApiError
from fakes.pve.realms import realms
from fakes.pve.usercfg import ROOT

if TYPE_CHECKING:
    from fakes.pve.datacenter import Datacenter

SHADOW = "priv/shadow.cfg"
SYSTEM_SHADOW = "etc/shadow"
_ROUNDS = 1000


class Passwords:
    """Checks and stores passwords; `root_password` is the one system account's until somebody changes it."""

    def __init__(self, datacenter: Datacenter, *, root_password: str) -> None:
        self._cfs = datacenter.cfs
        self._datacenter = datacenter
        self._files = next(iter(datacenter.nodes.values())).files
        self._root_password = root_password

    def is_right(self, user: str, password: str) -> bool:
        """True where a password is a user's; directories are never reachable, so theirs never are."""
        if user == ROOT:
            return self._is_roots(password)
        name, _, realm = user.rpartition("@")
        stored = self._stored().get(name) if self._type_of(realm) == "pve" else None
        return bool(stored and sha256_crypt.verify(password, stored))

    def store(self, user: str, password: str) -> None:
        """Set a user's password; ApiError 500 where its realm cannot."""
        name, _, realm = user.rpartition("@")
        kind = self._type_of(realm)
        if kind is None:
            raise ApiError(500, f"auth domain '{realm}' does not exist")
        if kind == "pam":
            if user != ROOT:
                raise ApiError(500, f"change password failed: user '{name}' does not exist")
            self.set_root_password(password)
        elif kind == "pve":
            self._write({**self._stored(), name: sha256_crypt.using(rounds=_ROUNDS).hash(password)})
        else:
            raise ApiError(500, f"can't set password on auth type '{kind}'")

    @property
    def has_own_root_password(self) -> bool:
        """True where the node has a password of its own for root, whatever it was started with."""
        return self._root_hash is not None

    def set_root_password(self, password: str) -> None:
        """Write root's password where a node keeps it."""
        lines = [line for line in self._system_shadow().splitlines() if not line.startswith("root:")]
        own = f"root:{sha256_crypt.using(rounds=_ROUNDS).hash(password)}:20000:0:99999:7:::"
        self._files.write(SYSTEM_SHADOW, "".join(f"{line}\n" for line in [own, *lines]))

    def _is_roots(self, password: str) -> bool:
        stored = self._root_hash
        if stored is not None:
            return bool(sha256_crypt.verify(password, stored))
        return hmac.compare_digest(password.encode(), self._root_password.encode())

    @property
    def _root_hash(self) -> str | None:
        return parse_shadow(self._system_shadow()).get("root")

    def _system_shadow(self) -> str:
        return self._files.read(SYSTEM_SHADOW) or ""

    def forget(self, user: str) -> None:
        """Drop the password of a user of realm pve."""
        name, _, realm = user.rpartition("@")
        stored = self._stored()
        if self._type_of(realm) == "pve" and name in stored:
            self._write({key: value for key, value in stored.items() if key != name})

    def _type_of(self, realm: str) -> str | None:
        found = realms(self._datacenter).get(realm)
        return found.type if found is not None else None

    def _stored(self) -> dict[str, str]:
        return self._cfs.parsed(SHADOW, parse_shadow)

    def _write(self, stored: dict[str, str]) -> None:
        self._cfs.write(SHADOW, "".join(f"{name}:{value}:\n" for name, value in sorted(stored.items())))


def parse_shadow(text: str) -> dict[str, str]:
    """User name → password hash from `/etc/pve/priv/shadow.cfg`."""
    lines = (line.split(":") for line in text.splitlines() if ":" in line)
    return {parts[0]: parts[1] for parts in lines}
