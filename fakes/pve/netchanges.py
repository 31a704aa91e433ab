"""The difference between the network settings in use and those that wait for a reload."""

from __future__ import annotations

import difflib
from datetime import UTC, datetime

from fakes.pve.node import Node

NOW_FILE = "etc/network/interfaces"
NEW_FILE = "etc/network/interfaces.new"


def differences(node: Node) -> str:
    """A unified diff as `diff -b -N -u` prints it; "" where nothing waits."""
    files = node.files
    if NEW_FILE not in files:
        return ""
    old, new = (files.read(path) or "" for path in (NOW_FILE, NEW_FILE))
    lines = difflib.unified_diff(
        old.splitlines(),
        new.splitlines(),
        f"/{NOW_FILE}",
        f"/{NEW_FILE}",
        _stamp(files.mtime(NOW_FILE)) if NOW_FILE in files else "",
        _stamp(files.mtime(NEW_FILE)),
        lineterm="",
    )
    return "".join(f"{line}\n" for line in lines)


def _stamp(seconds: float) -> str:
    whole, rest = divmod(int(seconds * 1_000_000_000), 1_000_000_000)
    return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%d %H:%M:%S}.{rest:09} +0000"
