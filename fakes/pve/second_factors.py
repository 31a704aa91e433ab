"""Second factors of users, in `/etc/pve/priv/tfa.cfg` as JSON: TOTP entries and recovery codes.

Security keys are refused where nothing is configured for them. Source: area 25 of the corpus, behaviour of PVE 8.4.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fakes.pve.http import ApiError
from fakes.pve.totp import parse_totp

if TYPE_CHECKING:
    from fakes.pve.datacenter import Datacenter

PATH = "priv/tfa.cfg"
_LISTS = ("totp", "webauthn", "u2f", "yubico")
_CODES = 10
UserData = dict[str, Any]


class SecondFactors:
    """All users' second factors; every change is written at once."""

    def __init__(self, datacenter: Datacenter) -> None:
        self._datacenter = datacenter

    @property
    def users(self) -> Mapping[str, UserData]:
        """The users that have second factors, with their data; shared, not to be changed."""
        return self._datacenter.cfs.parsed(PATH, _parse)

    def entries(self, user: str) -> list[dict[str, Any]]:
        """A user's entries as the API shows them, recovery codes first."""
        data = self.users.get(user, {})
        rows: list[dict[str, Any]] = []
        if data.get("recovery"):
            rows.append({"type": "recovery", "id": "recovery", "created": data["recovery"]["created"]})
        for kind in _LISTS:
            rows.extend({"type": kind, **_shown(entry["info"])} for entry in data.get(kind, ()))
        return rows

    def add_totp(self, user: str, description: str, uri: str, code: str) -> str:
        """Keep a TOTP secret that `code` proves the user has; returns the entry's id."""
        if not parse_totp(uri).accepts(code, self._datacenter.clock.now()):
            raise ApiError(500, "failed to verify TOTP challenge")
        number = str(uuid.uuid4())
        created = int(self._datacenter.clock.now())
        data = self._copy()
        info = {"id": number, "description": description, "created": created, "enable": True}
        data.setdefault(user, {}).setdefault("totp", []).append({"info": info, "entry": uri})
        self._write(data)
        return number

    def add_recovery(self, user: str) -> list[str]:
        """Make recovery codes; only their hashes are kept."""
        if self.users.get(user, {}).get("recovery"):
            raise ApiError(500, "user already has recovery keys")
        salt = secrets.token_hex(8)
        codes = ["-".join(secrets.token_hex(2) for _ in range(4)) for _ in range(_CODES)]
        created = int(self._datacenter.clock.now())
        data = self._copy()
        hashes = [_hashed(salt, code) for code in codes]
        data.setdefault(user, {})["recovery"] = {"secret": salt, "entries": hashes, "created": created}
        self._write(data)
        return codes

    def update(self, user: str, number: str, description: str | None, *, enable: bool | None) -> None:
        """Change an entry; recovery codes have nothing to change."""
        data = self._copy()
        for kind in _LISTS:
            for entry in data.get(user, {}).get(kind, ()):
                if entry["info"]["id"] == number:
                    if description is not None:
                        entry["info"]["description"] = description
                    if enable is not None:
                        entry["info"]["enable"] = enable
                    self._write(data)
                    return
        raise ApiError(500, "no such entry")

    def remove(self, user: str, number: str) -> bool:
        """Delete an entry; True where the user still has others."""
        if number not in [row["id"] for row in self.entries(user)]:
            raise ApiError(500, "no such entry")
        data = self._copy()
        mine = data[user]
        if number == "recovery":
            del mine["recovery"]
        for kind in _LISTS:
            mine[kind] = [entry for entry in mine.get(kind, ()) if entry["info"]["id"] != number]
        if not any(mine.get(kind) for kind in (*_LISTS, "recovery")):
            del data[user]
        self._write(data)
        return user in data

    def forget(self, user: str) -> None:
        """Drop everything of a user."""
        if user in self.users:
            self._write({name: mine for name, mine in self._copy().items() if name != user})

    def challenge(self, user: str) -> dict[str, Any] | None:
        """What a login of a user has to answer, or None where one factor is enough."""
        data = self.users.get(user, {})
        found: dict[str, Any] = {}
        if any(entry["info"].get("enable", True) for entry in data.get("totp", ())):
            found["totp"] = True
        left = [number for number, value in enumerate((data.get("recovery") or {}).get("entries", ())) if value]
        if left:
            found["recovery"] = left
        return found or None

    def accepts(self, user: str, answer: str) -> bool:
        """True for the right answer, ``totp:<code>`` or ``recovery:<code>``; a recovery code works once."""
        kind, _, value = answer.partition(":")
        if kind == "totp":
            return any(
                parse_totp(entry["entry"]).accepts(value, self._datacenter.clock.now())
                for entry in self.users.get(user, {}).get("totp", ())
                if entry["info"].get("enable", True)
            )
        return kind == "recovery" and self._use_up(user, value)

    def _use_up(self, user: str, code: str) -> bool:
        data = self._copy()
        recovery = data.get(user, {}).get("recovery")
        if not recovery:
            return False
        wanted = _hashed(recovery["secret"], code)
        if wanted not in recovery["entries"]:
            return False
        recovery["entries"][recovery["entries"].index(wanted)] = None
        self._write(data)
        return True

    def _copy(self) -> dict[str, UserData]:
        return _parse(self._datacenter.cfs.read(PATH) or "")

    def _write(self, data: Mapping[str, UserData]) -> None:
        self._datacenter.cfs.write(PATH, json.dumps({"users": data}, sort_keys=True) + "\n")


def _parse(text: str) -> dict[str, UserData]:
    users: dict[str, UserData] = json.loads(text).get("users", {}) if text.strip() else {}
    return users


def _shown(info: Mapping[str, Any]) -> dict[str, Any]:
    row = {key: info[key] for key in ("id", "description", "created") if info.get(key) not in (None, "")}
    return row if info.get("enable", True) else {**row, "enable": 0}


def _hashed(salt: str, code: str) -> str:
    return hmac.new(bytes.fromhex(salt), code.encode(), hashlib.sha256).hexdigest()
