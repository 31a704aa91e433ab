"""The key that tickets and CSRF tokens are signed with: a keyed hash of our own in Proxmox's shapes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid

from fakes.pve.cfs import Tree

_PATH = "priv/labctl-ticket.key"


class Signer:
    """Signs with a key that is kept in the tree, so that tickets outlive a restart."""

    def __init__(self, cfs: Tree) -> None:
        if cfs.read(_PATH) is None:
            cfs.write(_PATH, uuid.uuid4().hex + uuid.uuid4().hex + "\n")
        self._key = (cfs.read(_PATH) or "").strip().encode()

    def ticket(self, stamp: str) -> str:
        """The signature of a ticket, 256 bytes in base64 as an RSA one is."""
        value = b"".join(
            hmac.new(self._key, f"{block}:{stamp}".encode(), hashlib.sha512).digest() for block in range(4)
        )
        return base64.b64encode(value).decode()

    def csrf(self, stamp: str, user: str) -> str:
        value = hmac.new(self._key, f"csrf:{stamp}:{user}".encode(), hashlib.sha256).digest()
        return base64.b64encode(value).decode().rstrip("=")
