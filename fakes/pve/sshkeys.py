"""Checks of SSH public keys as ssh-keygen would make them."""

from __future__ import annotations

import base64
import binascii
import re
import urllib.parse

from fakes.pve.http import ApiError

_TYPES = re.compile(
    r"(ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)"
)
# How many fields follow the type in the binary key.
_FIELDS = {"ssh-rsa": 2, "ssh-dss": 4, "ssh-ed25519": 1, "sk-ssh-ed25519@openssh.com": 2}


def check_ssh_keys(encoded: str) -> None:
    """ApiError where one line of percent-encoded public keys is no key."""
    for line in urllib.parse.unquote(encoded).split("\n"):
        if line.strip() and not is_public_key(line):
            raise ApiError(500, "SSH public key validation error")


def is_public_key(line: str) -> bool:
    """True for one line of an authorized_keys file, with or without options before the type."""
    words = line.split()
    for position, word in enumerate(words[:-1]):
        if _TYPES.fullmatch(word):
            return _holds_key(word, words[position + 1])
    return False


def _holds_key(kind: str, encoded: str) -> bool:
    try:
        blob = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return False
    fields: list[bytes] = []
    while blob:
        size = int.from_bytes(blob[:4], "big")
        if len(blob) < 4 + size:
            return False
        fields.append(blob[4 : 4 + size])
        blob = blob[4 + size :]
    if not fields or fields[0] != kind.encode():
        return False
    if kind == "ssh-ed25519" and len(fields) == 2:
        return len(fields[1]) == 32
    return len(fields) == 1 + _FIELDS.get(kind, 3 if kind.startswith("sk-") else 2)
