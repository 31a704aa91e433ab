"""Tickets, CSRF tokens and API tokens: who a request comes from.

Tickets look like Proxmox's (``PVE:root@pam:6B016B54::<base64>``) but are signed with a keyed hash of our own.
"""

from __future__ import annotations

import hmac
import re
import urllib.parse
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.pve.http import DoorError
from fakes.pve.signatures import Signer
from fakes.pve.usercfg import PATH as USER_CFG

if TYPE_CHECKING:
    from fakes.pve.datacenter import Datacenter

TICKET_LIFETIME_S = 2 * 3600
TOKENS = "priv/token.cfg"
_GRACE_S = 300
_REMEMBERED = 2000
_TICKET = re.compile(r"PVE:((?:!tfa!)?[^\s]+):([0-9A-F]{8})::([A-Za-z0-9+/=]+)")
_COOKIE = re.compile(r"(?:^|\s)PVEAuthCookie[= ]([^;]*)")
_TOKEN = re.compile(r"(?:^|\s)PVEAPIToken[= ]([^;]*)")
_TOKEN_ID = re.compile(r"([^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+)!([A-Za-z][A-Za-z0-9.\-_]+)")


@dataclass(frozen=True, slots=True)
class Caller:
    """The credentials of a request; both are "" where it brought none."""

    ticket: str = ""
    token: str = ""


def credentials(headers: Mapping[str, str]) -> Caller:
    """What a request carries: the cookie decides, then a ticket in the Authorization header, then an API token."""
    cookie, authorization = headers.get("cookie"), headers.get("authorization")
    for source in (cookie, authorization):
        if source:
            found = _COOKIE.search(source)
            if found and found[1]:
                return Caller(ticket=urllib.parse.unquote(found[1]))
    if authorization:
        found = _TOKEN.search(authorization)
        if found and found[1]:
            return Caller(token=urllib.parse.unquote(found[1]))
    return Caller()


class Door:
    """Decides who a request comes from, and makes the tickets and token secrets that prove it."""

    def __init__(self, datacenter: Datacenter) -> None:
        self._datacenter = datacenter
        self._signer = Signer(datacenter.cfs)
        # Credentials that were good a moment ago: text → (principal, versions they were checked against, last second).
        self._good: dict[tuple[str | None, str | None], tuple[str, int, int, float]] = {}

    def principal(self, headers: Mapping[str, str]) -> str:
        """The user or token id of a caller; DoorError with Proxmox's reason where there is none."""
        cfs = self._datacenter.cfs
        users, tokens = cfs.file_version(USER_CFG), cfs.file_version(TOKENS)
        key = headers.get("cookie"), headers.get("authorization")
        known = self._good.get(key)
        if known is not None and known[1] == users and known[2] == tokens and self._datacenter.clock.now() < known[3]:
            return known[0]
        caller = credentials(headers)
        until: float
        if caller.token:
            principal, until = self._token(caller.token)
        elif caller.ticket:
            principal = self.verify_ticket(caller.ticket)
            until = int(caller.ticket.split("::")[0][-8:], 16) + TICKET_LIFETIME_S
        else:
            raise DoorError("No ticket")
        until = min(until, self._user_expires(principal.partition("!")[0]))
        if len(self._good) >= _REMEMBERED:
            self._good.clear()
        self._good[key] = principal, users, tokens, until
        return principal

    def check_csrf(self, user: str, token: str) -> None:
        """DoorError where a CSRF prevention token is missing, forged or too old."""
        stamp, colon, value = token.partition(":")
        is_stamp = bool(colon) and re.fullmatch(r"[0-9A-F]{8}", stamp) is not None and self._is_fresh(stamp)
        if not is_stamp or not hmac.compare_digest(value, self._signer.csrf(stamp, user)):
            raise DoorError("Permission denied - invalid csrf token")

    def make_ticket(self, user: str) -> str:
        """A ticket for a user."""
        return self._signed(user)

    def make_challenge(self, user: str, challenge: str) -> str:
        """A half ticket that only proves the first factor of a login; `challenge` is a JSON text."""
        text = challenge.replace(":", "%3A")
        return self._signed(f"!tfa!{text}", user)

    def open_challenge(self, user: str, ticket: str) -> str:
        """The challenge in a half ticket of a user; DoorError where it is none."""
        found = _TICKET.fullmatch(ticket)
        if not found or not found[1].startswith("!tfa!") or not self._is_signed(found, user):
            raise DoorError("permission denied - invalid PVE ticket")
        return urllib.parse.unquote(found[1].removeprefix("!tfa!"))

    def make_csrf(self, user: str) -> str:
        stamp = f"{int(self._datacenter.clock.now()):08X}"
        return f"{stamp}:{self._signer.csrf(stamp, user)}"

    def verify_ticket(self, ticket: str) -> str:
        """The user of a ticket; DoorError where it is forged, too old or its user may not log in any more."""
        found = _TICKET.fullmatch(ticket)
        if not found or not self._is_signed(found):
            raise DoorError("permission denied - invalid PVE ticket")
        if found[1].startswith("!tfa!"):
            raise DoorError("No ticket")
        self.check_usable(found[1])
        return found[1]

    def check_usable(self, user: str) -> None:
        """DoorError where a user does not exist, is disabled or has expired."""
        known = self._datacenter.access.users.get(user)
        if known is None:
            raise DoorError(f"no such user ('{user}')")
        if not known.enable:
            raise DoorError(f"user '{user}' is disabled")
        if known.expire and known.expire < self._datacenter.clock.now():
            raise DoorError(f"user '{user}' access expired")

    def new_token_secret(self, full: str) -> str:
        """A new secret for a token id such as ``ci@pve!build``, stored and returned."""
        secret = str(uuid.uuid4())
        self._write_tokens({**self._tokens(), full: secret})
        return secret

    def forget_token(self, full: str) -> None:
        tokens = self._tokens()
        if full in tokens:
            self._write_tokens({name: secret for name, secret in tokens.items() if name != full})

    def _token(self, text: str) -> tuple[str, float]:
        full, equals, secret = text.rpartition("=")
        if not equals:
            raise DoorError("no tokenid specified")
        parts = _TOKEN_ID.fullmatch(full)
        if not parts:
            raise DoorError(f"'{full}' is not a valid token ID - not able to split into user and token parts")
        user, token = parts[1], parts[2]
        self.check_usable(user)
        known = self._datacenter.access.users[user].tokens.get(token)
        if known is None:
            raise DoorError(f"no such token '{token}' for user '{user}'")
        if known.expire and known.expire < self._datacenter.clock.now():
            raise DoorError(f"token '{token}' access expired")
        if not hmac.compare_digest(self._tokens().get(full, "").encode(), secret.encode()):
            raise DoorError("invalid token value!")
        return full, known.expire or float("inf")

    def _tokens(self) -> dict[str, str]:
        return self._datacenter.cfs.parsed(TOKENS, parse_tokens)

    def _write_tokens(self, tokens: Mapping[str, str]) -> None:
        self._datacenter.cfs.write(TOKENS, "".join(f"{name} {secret}\n" for name, secret in sorted(tokens.items())))

    def _user_expires(self, user: str) -> float:
        known = self._datacenter.access.users.get(user)
        return known.expire if known is not None and known.expire else float("inf")

    def _signed(self, data: str, extra: str = "") -> str:
        stamp = f"PVE:{data}:{int(self._datacenter.clock.now()):08X}"
        return f"{stamp}::{self._signer.ticket(stamp + extra)}"

    def _is_signed(self, found: re.Match[str], extra: str = "") -> bool:
        stamp = f"PVE:{found[1]}:{found[2]}"
        return hmac.compare_digest(found[3], self._signer.ticket(stamp + extra)) and self._is_fresh(found[2])

    def _is_fresh(self, stamp: str) -> bool:
        return -_GRACE_S <= self._datacenter.clock.now() - int(stamp, 16) <= TICKET_LIFETIME_S


def parse_tokens(text: str) -> dict[str, str]:
    """Token id → secret from `/etc/pve/priv/token.cfg`."""
    return dict(line.split(None, 1) for line in text.splitlines() if len(line.split(None, 1)) == 2)
