"""Which of a node's systemd units were started or stopped since it was installed, in files below `FOLDER`."""

from __future__ import annotations

from fakes.pve.cfs import Tree

FOLDER = "run/systemd/units"
# The API calls some units by other names than Debian does.
_DEBIAN_NAMES = {"sshd": "ssh", "syslog": "rsyslog"}


def _path(name: str) -> str:
    return f"{FOLDER}/{_DEBIAN_NAMES.get(name, name)}"


def changed_state(files: Tree, name: str) -> bool | None:
    """Whether a unit runs where somebody started or stopped it; None where nobody did."""
    text = files.read(_path(name))
    return None if text is None else text == "active\n"


def note_state(files: Tree, name: str, *, active: bool) -> None:
    """Note that a unit was started or stopped."""
    files.write(_path(name), "active\n" if active else "inactive\n")
