"""Which libvirt daemon a lab lives on: its own private one, or the one that the user names."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from fixtures.errors import LabError, Problem
from sim.access import through_namespace
from sim.paths import LabFolder
from sim.private_libvirt import PrivateLibvirt
from sim.progress import Progress

_RECORD = "uri"


@dataclass(frozen=True)
class Daemon:
    """The libvirt daemon of a lab; `private` is None for one that is not ours to start or stop."""

    folder: LabFolder
    uri: str
    private: PrivateLibvirt | None

    @property
    def is_running(self) -> bool:
        """Whether it is worth connecting: always for a daemon that is not ours."""
        return self.private is None or self.private.process() is not None

    def ensure_running(self, progress: Progress) -> None:
        """Have a daemon to connect to, and remember for later commands which one it is."""
        if self.private:
            if os.geteuid() != 0:
                hint = "run it as root, or name a libvirt that you may use with --uri qemu:///system"
                raise LabError(Problem("private libvirt daemon", "its namespaces need root", hint))
            if not self.private.process():
                progress.during("starting a private libvirt daemon in a network namespace of its own")
            self.private.ensure_running()
        self.folder.path.mkdir(parents=True, exist_ok=True)
        (self.folder.path / _RECORD).write_text(self.uri)

    def stop(self) -> bool:
        """End a private daemon with everything in its namespaces; whether there was one."""
        if self.private is None or self.private.process() is None:
            return False
        self.private.stop()
        return True

    def proxy_command(self) -> str | None:
        """How SSH gets to the lab's networks, or None where they are this machine's own."""
        if self.private is None:
            return None
        namespace = self.private.namespace()
        if namespace is None:
            raise LabError(Problem("private libvirt daemon", "it has just ended"))
        return through_namespace(namespace)


def daemon_of(folder: LabFolder, uri: str | None) -> Daemon:
    """The daemon at `uri`, else the one the lab was brought up on, else a private one.

    A private one is the default although a machine may have libvirt running: it cannot clash with the addresses of the
    real lab on the same machine, and it can be removed without a trace.
    """
    private = PrivateLibvirt(folder.daemon)
    recorded = _recorded(folder)
    chosen = uri or recorded or private.uri
    if recorded and chosen != recorded and folder.path.exists():
        hint = f'take it down first: "labctl sim down {folder.path.name}"'
        raise LabError(Problem(f"lab {folder.path.name}", f"it lives on {recorded}, not on {chosen}", hint))
    if chosen == private.uri:
        return Daemon(folder, private.uri, private)
    if urlsplit(chosen).hostname:
        what = "the node image and the disks are files of this machine, so a libvirt elsewhere cannot use them"
        raise LabError(Problem(f"--uri {chosen}", what, "name a libvirt of this machine"))
    return Daemon(folder, chosen, None)


def _recorded(folder: LabFolder) -> str | None:
    try:
        return (folder.path / _RECORD).read_text().strip() or None
    except FileNotFoundError:
        return None
