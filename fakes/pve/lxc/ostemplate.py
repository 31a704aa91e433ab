"""What a container template holds, as far as its name tells: distribution and processor architecture."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DISTRIBUTIONS = {
    "almalinux": "centos",
    "alpine": "alpine",
    "archlinux": "archlinux",
    "centos": "centos",
    "debian": "debian",
    "devuan": "devuan",
    "fedora": "fedora",
    "gentoo": "gentoo",
    "nixos": "nixos",
    "opensuse": "opensuse",
    "rockylinux": "centos",
    "turnkey": "debian",
    "ubuntu": "ubuntu",
}
_ARCHITECTURE = re.compile(r"_(amd64|i386|arm64|armhf|riscv32|riscv64)\.tar\.")


@dataclass(frozen=True, slots=True)
class System:
    """The operating system in a template, in the words of `ostype` and `arch`."""

    ostype: str
    arch: str


def system_of(volid: str) -> System:
    """The system in a template such as ``local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst``."""
    name = volid.rpartition("/")[2].lower()
    ostype = next((kind for word, kind in _DISTRIBUTIONS.items() if word in name), "unmanaged")
    found = _ARCHITECTURE.search(name)
    return System(ostype, found[1] if found else "amd64")
