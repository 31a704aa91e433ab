"""The initial ramdisk of a simulated node: loads modules, adds the node's identity to its root, and hands over."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from fixtures.errors import LabError, Problem
from sim import cpio

SELF_TEST_MARKER = "labctl-self-test-ok"
FAILURE_MARKER = "labctl-initrd-failed"

# The Debian kernel has neither NVMe nor ext4 built in. ext4 finds its checksum code by an alias, not by a dependency.
# The bridge is loaded early because systemd-networkd gives up on creating one when the kernel needs more than 25 s to
# load it, which happens on a busy machine; the port, because the node then has it before anything else starts.
EARLY_MODULES = ("crc32c_generic", "nvme", "ahci", "sd_mod", "ext4", "bridge", "e1000e")

_APPLETS = ("sh", "mount", "umount", "insmod", "sleep", "switch_root", "cat", "cp", "poweroff", "mkdir")

INIT_SCRIPT = f"""#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
fail() {{ echo "{FAILURE_MARKER}: $*" > /dev/console; poweroff -f; }}
root=
for word in $(cat /proc/cmdline); do
  case $word in
    root=*) root=${{word#root=}} ;;
    labctl.selftest) echo "{SELF_TEST_MARKER}" > /dev/console; poweroff -f ;;
  esac
done
while read -r module; do insmod "/modules/$module" || fail "insmod $module"; done < /modules/order
tries=0
while [ ! -b "$root" ]; do
  tries=$((tries + 1))
  [ "$tries" -gt 300 ] && fail "no disk $root after 30 s"
  sleep .1
done
mount -t ext4 -o rw,noatime "$root" /sysroot || fail "cannot mount $root"
if [ -d /identity ]; then cp -a /identity/. /sysroot/ || fail "cannot write the node's identity"; fi
mount --move /dev /sysroot/dev
umount /sys /proc
exec switch_root /sysroot /sbin/init
"""


def module_load_order(wanted: Iterable[str], modules_dep: str, modules_builtin: str) -> tuple[str, ...]:
    """The module files to load, dependencies first, paths as in ``modules.dep``; built-in modules are left out.

    Raises LabError naming every wanted module that the kernel has neither as a file nor built in.
    """
    dependencies = _parse_dependencies(modules_dep)
    path_of = {_module_name(path): path for path in dependencies}
    builtin = {_module_name(path) for path in modules_builtin.split()}
    order: dict[str, None] = {}
    missing = []
    for name in (_module_name(name) for name in wanted):
        if name in path_of:
            path = path_of[name]
            # modules.dep lists what a module needs with the deepest need last.
            order.update(dict.fromkeys([*reversed(dependencies[path]), path]))
        elif name not in builtin:
            missing.append(name)
    if missing:
        raise LabError(*(Problem("node image", f"its kernel has no module {name}") for name in missing))
    return tuple(order)


def base_ramdisk(busybox: bytes, modules: Mapping[str, bytes]) -> bytes:
    """The ramdisk every node shares; `modules` maps file names to contents, in loading order."""
    folders = ("bin", "dev", "modules", "proc", "sys", "sysroot")
    order = "".join(f"{name}\n" for name in modules)
    return cpio.archive(
        [
            *(cpio.directory(name) for name in folders),
            cpio.file("init", INIT_SCRIPT.encode(), permissions=0o755),
            cpio.file("bin/busybox", busybox, permissions=0o755),
            *(cpio.symlink(f"bin/{applet}", "busybox") for applet in _APPLETS),
            cpio.file("modules/order", order.encode()),
            *(cpio.file(f"modules/{name}", content) for name, content in modules.items()),
        ]
    )


def identity_ramdisk(files: Mapping[str, tuple[int, bytes]]) -> bytes:
    """The archive that gives a node its own files; `files` maps absolute paths to (permissions, content).

    Folders on the way are made with 0755 (0700 for ``/root`` and below), as on an installed Debian.
    """
    folders: dict[str, None] = {"identity": None}
    for path in files:
        parents = posixpath.dirname(path.strip("/")).split("/")
        folders.update(
            dict.fromkeys("/".join(["identity", *parents[: depth + 1]]) for depth in range(len(parents)) if parents[0])
        )
    return cpio.archive(
        [
            *(cpio.directory(name, permissions=_folder_permissions(name)) for name in folders),
            *(
                cpio.file(f"identity/{path.strip('/')}", content, permissions=permissions)
                for path, (permissions, content) in files.items()
            ),
        ]
    )


def _folder_permissions(name: str) -> int:
    return 0o700 if name.split("/")[1:2] == ["root"] else 0o755


def _parse_dependencies(modules_dep: str) -> dict[str, list[str]]:
    pairs = (line.partition(":") for line in modules_dep.splitlines() if ":" in line)
    return {path.strip(): needs.split() for path, _, needs in pairs}


def _module_name(path: str) -> str:
    return posixpath.basename(path).partition(".ko")[0].replace("-", "_")
