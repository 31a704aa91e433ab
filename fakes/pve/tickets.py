"""Tickets, CSRF tokens, API tokens and passwords: who is calling.

Tickets look like Proxmox's (``PVE:root@pam:6B016B54::<base64>``) but are signed with a keyed hash of our own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import urllib.parse
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from passlib.hash import sha256_crypt

from fakes.pve.http import DoorError
from fakes.pve.usercfg import ROOT, UserConfig

if TYPE_CHECKING:
    from fakes.pve.datacenter import Datacenter

TICKET_LIFETIME_S = 2 * 3600
SHADOW = "priv/shadow.cfg"
TOKENS = "priv/token.cfg"
_AUTH_KEY = "priv/labctl-ticket.key"
_TICKET = re.compile(r"(PVE:[^\s:]+:([0-9A-F]{8}))::([A-Za-z0-9+/=]+)")
_TOKEN_HEADER = re.compile(r"PVEAPIToken[= ](.*)", re.DOTALL)
_COOKIE = re.compile(r"(?:^|[;\s])PVEAuthCookie=([^;]*)")


class Door:
    """Decides who a request comes from; `root_password` is the node's own root account."""

    def __init__(self, datacenter: Datacenter, *, root_password: str) -> None:
        self._datacenter = datacenter
        self._root_password = root_password
        if datacenter.cfs.read(_AUTH_KEY) is None:
            datacenter.cfs.write(_AUTH_KEY, uuid.uuid4().hex + uuid.uuid4().hex + "\n")
        self._key = (datacenter.cfs.read(_AUTH_KEY) or "").strip().encode()
        self._known: dict[str, tuple[str, float]] = {}

    def principal(self, method: str, headers: Mapping[str, str]) -> str:
        """The user or token id of a request; DoorError with Proxmox's reason where there is none."""
        authorization = headers.get("authorization", "")
        found = _TOKEN_HEADER.match(authorization)
        if found:
            return self._token(found[1])
        ticket = self.ticket_of(headers)
        if not ticket:
            raise DoorError("No ticket")
        user = self.verify_ticket(ticket)
        if method != "GET" and not self._csrf_ok(user, headers.get("csrfpreventiontoken", "")):
            raise DoorError("Permission denied - invalid csrf token")
        return user

    @staticmethod
    def ticket_of(headers: Mapping[str, str]) -> str | None:
        """The ticket a request carries, in the cookie or, without one, in the Authorization header."""
        for source in (headers.get("cookie", ""), headers.get("authorization", "")):
            found = _COOKIE.search(source)
            if found:
                return urllib.parse.unquote(found[1])
        return None

    def make_ticket(self, user: str) -> str:
        stamp = f"PVE:{user}:{int(self._datacenter.clock.now()):08X}"
        return f"{stamp}::{self._signature(stamp)}"

    def make_csrf(self, user: str) -> str:
        stamp = f"{int(self._datacenter.clock.now()):08X}"
        return f"{stamp}:{self._csrf_digest(stamp, user)}"

    def verify_ticket(self, ticket: str) -> str:
        """The user of a ticket; DoorError where it is forged, too old or its user may not log in any more."""
        found = _TICKET.fullmatch(ticket)
        if not found or not hmac.compare_digest(found[3], self._signature(found[1])):
            raise DoorError("permission denied - invalid PVE ticket")
        age = self._datacenter.clock.now() - int(found[2], 16)
        if not -300 <= age <= TICKET_LIFETIME_S:
            raise DoorError("permission denied - invalid PVE ticket")
        user = found[1].split(":")[1]
        self._usable(self._datacenter.access, user)
        return user

    def check_password(self, user: str, password: str, *, otp: str | None = None) -> bool:
        """True where the password of a usable user is right.

        A valid ticket of the user, or of root@pam, serves as a password too. An `otp` nobody asked for is wrong.
        """
        access = self._datacenter.access
        try:
            self._usable(access, user)
            if password.startswith("PVE:"):
                return self.verify_ticket(password) in (user, ROOT)
        except DoorError:
            return False
        if otp is not None:
            return False
        if user == ROOT:
            return hmac.compare_digest(password.encode(), self._root_password.encode())
        stored = parse_pairs(self._datacenter.cfs.read(SHADOW) or "", ":").get(user.rpartition("@")[0])
        return bool(user.endswith("@pve") and stored and sha256_crypt.verify(password, stored.split(":")[0]))

    def set_password(self, user: str, password: str) -> None:
        """Store the password of a user of realm pve, or of root@pam until the next start."""
        if user == ROOT:
            self._root_password = password
            return
        cfs, name = self._datacenter.cfs, user.rpartition("@")[0]
        stored = parse_pairs(cfs.read(SHADOW) or "", ":")
        stored[name] = sha256_crypt.using(rounds=1000).hash(password) + ":"
        cfs.write(SHADOW, "".join(f"{key}:{value}\n" for key, value in sorted(stored.items())))

    def forget_password(self, user: str) -> None:
        cfs = self._datacenter.cfs
        stored = parse_pairs(cfs.read(SHADOW) or "", ":")
        if stored.pop(user.rpartition("@")[0], None) is not None:
            cfs.write(SHADOW, "".join(f"{key}:{value}\n" for key, value in sorted(stored.items())))

    def _token(self, text: str) -> str:
        full, equals, secret = text.partition("=")
        user, bang, token = full.partition("!")
        if not bang or not equals:
            raise DoorError("no tokenid specified")
        access = self._datacenter.access
        self._usable(access, user)
        known = access.users[user].tokens.get(token)
        if known is None:
            raise DoorError(f"no such token '{token}' for user '{user}'")
        if known.expire and known.expire <= self._datacenter.clock.now():
            raise DoorError(f"token '{token}' access expired")
        stored = self._datacenter.cfs.parsed(TOKENS, parse_tokens).get(full, "")
        if not hmac.compare_digest(stored.encode(), secret.encode()):
            raise DoorError("invalid token value!")
        return full

    def _usable(self, access: UserConfig, user: str) -> None:
        known = access.users.get(user)
        if known is None:
            raise DoorError(f"no such user ('{user}')")
        if not known.enable:
            raise DoorError(f"user '{user}' is disabled")
        if known.expire and known.expire <= self._datacenter.clock.now():
            raise DoorError(f"user '{user}' access expired")

    def _csrf_ok(self, user: str, token: str) -> bool:
        stamp, colon, value = token.partition(":")
        if not colon or not re.fullmatch(r"[0-9A-F]{8}", stamp):
            return False
        age = self._datacenter.clock.now() - int(stamp, 16)
        return -300 <= age <= TICKET_LIFETIME_S and hmac.compare_digest(value, self._csrf_digest(stamp, user))

    def _csrf_digest(self, stamp: str, user: str) -> str:
        value = hmac.new(self._key, f"csrf:{stamp}:{user}".encode(), hashlib.sha256).digest()
        return base64.b64encode(value).decode().rstrip("=")

    def _signature(self, stamp: str) -> str:
        value = b"".join(
            hmac.new(self._key, f"{block}:{stamp}".encode(), hashlib.sha512).digest() for block in range(4)
        )
        return base64.b64encode(value).decode()


def parse_pairs(text: str, separator: str) -> dict[str, str]:
    """The lines of a text as key → rest of the line."""
    pairs = (line.partition(separator) for line in text.splitlines() if separator in line)
    return {key.strip(): value.strip() for key, _, value in pairs}


def parse_tokens(text: str) -> dict[str, str]:
    """Token id → secret from `/etc/pve/priv/token.cfg`."""
    return dict(line.split(None, 1) for line in text.splitlines() if len(line.split(None, 1)) == 2)
