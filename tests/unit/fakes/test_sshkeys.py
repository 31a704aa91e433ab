"""Which lines are SSH public keys."""

from __future__ import annotations

import base64

import pytest

from fakes.pve.sshkeys import is_public_key


def key(kind: str, *fields: bytes) -> str:
    blob = b"".join(len(field).to_bytes(4, "big") + field for field in (kind.encode(), *fields))
    return f"{kind} {base64.b64encode(blob).decode()}"


@pytest.mark.parametrize(
    "line",
    [
        key("ssh-ed25519", bytes(32)),
        key("ssh-rsa", b"\x01\x00\x01", bytes(257)) + " someone@somewhere",
        key("ecdsa-sha2-nistp256", b"nistp256", bytes(65)),
        'command="/bin/true",no-pty ' + key("ssh-ed25519", bytes(32)),
    ],
)
def test_a_key_of_a_known_type_is_one(line: str) -> None:
    assert is_public_key(line)


@pytest.mark.parametrize(
    "line",
    [
        "ssh-rsa",
        "ssh-rsa AAAA x",
        "ssh-rsa not-base64 x",
        key("ssh-ed25519", bytes(31)),
        key("ssh-ed25519", bytes(32)).replace("ssh-ed25519", "ssh-rsa"),
        key("ssh-unknown", bytes(32)),
    ],
)
def test_anything_else_is_none(line: str) -> None:
    assert not is_public_key(line)
