"""Container templates: unpacking them, and what they hold as far as their names tell."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fakes.pve.call import Call
from fakes.pve.guestconf import Section
from fakes.pve.http import ApiError
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import Task

MIB = 1024**2

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


def unpack(call: Call, archive: str, task: Task) -> int:
    """Log the unpacking of an archive (a volume id or a path); its size in bytes. ApiError where it is missing."""
    if archive.startswith("/"):
        data, path = call.node.files.read_bytes(archive[1:]), archive
        if data is None:
            raise ApiError(500, f"file '{archive}' does not exist")
    else:
        store = volumes(call.datacenter, call.node)
        if not store.exists(archive):
            raise ApiError(500, f"volume '{archive}' does not exist")
        data, path = store.read_bytes(archive), store.path(archive)
    task.log(f"extracting archive '{path}'")
    task.log(f"Total bytes read: {len(data)} ({len(data) / MIB:.1f}MiB, 92MiB/s)")
    return len(data)


def detect(main: Section, archive: str, task: Task) -> None:
    """Note what system was unpacked; a container told to be unmanaged stays so."""
    system = system_of(archive)
    if not main.get("arch"):
        main["arch"] = system.arch
        task.log(f"Detected container architecture: {system.arch}")
    expected = main.get("ostype")
    if expected == "unmanaged":
        return
    if expected and expected != system.ostype:
        task.log(f"got unexpected ostype ({system.ostype} != {expected})")
    main["ostype"] = system.ostype
