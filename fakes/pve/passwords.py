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
_ROUNDS = 1000


class Passwords:
    """Checks and stores passwords; `root_password` is the one system account's, known until the next start."""

    def __init__(self, datacenter: Datacenter, *, root_password: str) -> None:
        self._cfs = datacenter.cfs
        self._datacenter = datacenter
        self._root_password = root_password

    def is_right(self, user: str, password: str) -> bool:
        """True where a password is a user's; directories are never reachable, so theirs never are."""
        if user == ROOT:
            return hmac.compare_digest(password.encode(), self._root_password.encode())
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
            self._root_password = password
        elif kind == "pve":
            self._write({**self._stored(), name: sha256_crypt.using(rounds=_ROUNDS).hash(password)})
        else:
            raise ApiError(500, f"can't set password on auth type '{kind}'")

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
