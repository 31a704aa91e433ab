"""The command `qmrestore`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.commands.definition import own
from fakes.commands.session import Session
from fakes.pve.schema import Spec

_PARAMS: Mapping[str, Spec] = {
    "archive": {"type": "string", "maxLength": 255},
    "vmid": {"type": "integer", "format": "pve-vmid", "min": 100, "max": 999999999},
    "storage": {"type": "string", "format": "pve-storage-id", "optional": 1},
    "force": {"type": "boolean", "optional": 1},
    "unique": {"type": "boolean", "optional": 1},
    "pool": {"type": "string", "format": "pve-poolid", "optional": 1},
    "bwlimit": {"type": "number", "min": 0, "optional": 1},
    "live-restore": {"type": "boolean", "optional": 1},
}


def _restore(session: Session, given: dict[str, Any]) -> Any:
    return session.call("POST", "/nodes/{node}/qemu", given)


TREE = own(_PARAMS, _restore, "archive", "vmid", reads_task=True)
