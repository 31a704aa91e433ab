"""Time-based one-time passwords as an `otpauth://` URI describes them (RFC 6238)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from fakes.pve.http import ApiError

_ALGORITHMS = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}


@dataclass(frozen=True, slots=True)
class Totp:
    """A shared secret with how its codes are made; `period_s` is how long each is good."""

    secret: bytes
    algorithm: str = "SHA1"
    digits: int = 6
    period_s: int = 30

    def code(self, now: float, *, step: int = 0) -> str:
        """The code at a time in seconds, or `step` periods later."""
        counter = int(now) // self.period_s + step
        digest = hmac.new(self.secret, counter.to_bytes(8, "big"), _ALGORITHMS[self.algorithm]).digest()
        offset = digest[-1] & 0xF
        number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
        return str(number % 10**self.digits).zfill(self.digits)

    def accepts(self, code: str, now: float) -> bool:
        """True for the code of this period and its neighbours."""
        return any(hmac.compare_digest(code, self.code(now, step=step)) for step in (-1, 0, 1))


def parse_totp(uri: str) -> Totp:
    """Read an otpauth URI; ApiError 500 in Proxmox's words where it is none."""
    parts = urlsplit(uri)
    if parts.scheme != "otpauth":
        raise ApiError(500, "not an otpauth uri")
    if parts.netloc != "totp":
        raise ApiError(500, "not an totp uri")
    values = dict(parse_qsl(parts.query))
    if not values.get("secret"):
        raise ApiError(500, "missing secret in totp url")
    algorithm = values.get("algorithm", "SHA1").upper()
    if algorithm not in _ALGORITHMS:
        raise ApiError(500, f"unknown algorithm: {algorithm}")
    text = values["secret"].upper().rstrip("=")
    try:
        secret = base64.b32decode(text + "=" * (-len(text) % 8))
        return Totp(secret, algorithm, int(values.get("digits", 6)), int(values.get("period", 30)))
    except ValueError as error:
        raise ApiError(500, "invalid totp url") from error
