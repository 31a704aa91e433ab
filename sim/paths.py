"""Where the lab keeps things on this machine: a cache that may be deleted, and one state folder per site."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fixtures.errors import LabError, Problem


def image_cache(environ: Mapping[str, str] | None = None) -> Path:
    """The folder of built node images, ``$XDG_CACHE_HOME/labctl/images``."""
    return _xdg("XDG_CACHE_HOME", ".cache", environ) / "images"


def state_root(environ: Mapping[str, str] | None = None) -> Path:
    """The folder of running labs, ``$XDG_STATE_HOME/labctl/sim``."""
    return _xdg("XDG_STATE_HOME", ".local/state", environ) / "sim"


def _xdg(variable: str, default: str, environ: Mapping[str, str] | None) -> Path:
    value = (os.environ if environ is None else environ).get(variable, "")
    # The XDG rules: a relative path is to be ignored.
    home = Path(value) if value.startswith("/") else Path.home() / default
    return home / "labctl"


@dataclass(frozen=True)
class LabFolder:
    """The files of one site's lab below `path`."""

    path: Path

    @property
    def lock(self) -> Path:
        """Held while a lab is brought up or taken down; beside the folder, so that it outlives it."""
        return self.path.with_name(f".{self.path.name}.lock")

    @property
    def daemon(self) -> Path:
        """What the private libvirt daemon sees as its own system folders."""
        return self.path / "libvirt"

    @property
    def client_key(self) -> Path:
        """The private SSH key that every node of the lab trusts."""
        return self.path / "ssh" / "id_ed25519"

    @property
    def known_hosts(self) -> Path:
        """The host keys that were given to the nodes."""
        return self.path / "ssh" / "known_hosts"

    def node(self, name: str) -> Path:
        """The folder with disk, ramdisk, tables and console log of a node."""
        return self.path / "nodes" / name


def lab_folder(site: str) -> LabFolder:
    """The state folder of `site`. LabError for a name that cannot be a folder's, because `down` deletes the folder."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", site):
        raise LabError(Problem(repr(site), "not a name for a lab", "letters, digits, dots, dashes and underscores"))
    return LabFolder(state_root() / site)
