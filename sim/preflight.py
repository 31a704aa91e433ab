"""What this machine has and lacks for a simulated lab, each with the next move."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fixtures.errors import LabError, Problem
from sim import connection
from sim.accelerator import EMULATOR, kvm_verdict
from sim.daemon import Daemon
from sim.media import cached_images, find_image
from sim.recipe import node_recipe

_GIB = 2**30
# An emulated node of 32 GiB was seen to take 1.2 GiB of them after its boot.
_MEMORY_PER_NODE_BYTES = 3 * _GIB // 2
_DISK_FOR_BUILDING_BYTES = 3 * _GIB
_DISK_PER_NODE_BYTES = _GIB // 2

# Program to Debian package.
_FOR_NODES = {
    EMULATOR: "qemu-system-x86",
    "qemu-img": "qemu-utils",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
}
_FOR_IMAGES = {"mmdebstrap": "mmdebstrap", "mke2fs": "e2fsprogs", "chroot": "coreutils"}
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_FOR_PRIVATE_DAEMON = {
    "libvirtd": "libvirt-daemon-system",
    "dnsmasq": "dnsmasq-base",
    "ip": "iproute2",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "setsid": "util-linux",
    "mount": "mount",
    "bash": "bash",
}

State = Literal["ok", "note", "problem"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. A `note` does not stand in the way, a `problem` does."""

    name: str
    state: State
    found: str
    hint: str = ""


def inspect(daemon: Daemon, cache: Path, *, nodes: int, try_kvm: bool) -> tuple[Check, ...]:
    """Everything a lab of that many nodes needs here. `try_kvm` boots a kernel where the outcome is not known yet."""
    return (
        *_programs(daemon, cache),
        *_keyring(cache),
        _binding(),
        *_daemon(daemon),
        _image(cache),
        _kvm(cache, try_kvm=try_kvm),
        *_memory(nodes),
        _space(daemon, cache, nodes),
        _tun(),
        _vlans(),
    )


def require(daemon: Daemon, cache: Path, *, nodes: int) -> None:
    """Raise LabError with all problems, if there are any."""
    checks = inspect(daemon, cache, nodes=nodes, try_kvm=False)
    problems = [Problem(check.name, check.found, check.hint) for check in checks if check.state == "problem"]
    if problems:
        raise LabError(*problems)


def _programs(daemon: Daemon, cache: Path) -> Iterator[Check]:
    wanted = dict(_FOR_NODES)
    if daemon.private:
        wanted |= _FOR_PRIVATE_DAEMON
    if find_image(node_recipe(), cache) is None:
        wanted |= _FOR_IMAGES
    missing = {program: package for program, package in wanted.items() if _which(program) is None}
    for program, package in missing.items():
        yield Check(program, "problem", "not found", f"apt-get install {package}")
    if not missing:
        yield Check("programs", "ok", f"all {len(wanted)} are there")


def _keyring(cache: Path) -> Iterator[Check]:
    # Without it apt cannot trust what it downloads; systems other than Debian do not have it by themselves.
    if find_image(node_recipe(), cache) is None and not _KEYRING.exists():
        yield Check("Debian's keys", "problem", f"{_KEYRING} is missing", "apt-get install debian-archive-keyring")


def _which(program: str) -> str | None:
    # An ordinary user's PATH leaves out where Debian keeps libvirtd, dnsmasq and mke2fs.
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def _binding() -> Check:
    try:
        return Check("libvirt-python", "ok", connection.binding_version())
    except LabError as error:
        problem = error.problems[0]
        return Check(problem.where, "problem", problem.what, problem.hint)


def _daemon(daemon: Daemon) -> Iterator[Check]:
    if daemon.private and os.geteuid() != 0:
        hint = "run it as root, or name a libvirt that you may use with --uri qemu:///system"
        yield Check("libvirt", "problem", "a private daemon needs root for its namespaces", hint)
    elif not daemon.is_running:
        yield Check("libvirt", "ok", "a private daemon will be started when a lab is brought up")
    else:
        try:
            with connection.connect(daemon.uri) as libvirt:
                yield Check("libvirt", "ok", f"{libvirt.version()} answers at {daemon.uri}")
        except LabError as error:
            yield Check("libvirt", "problem", str(error))


def _image(cache: Path) -> Check:
    recipe = node_recipe()
    if image := find_image(recipe, cache):
        others = len(cached_images(cache)) - 1
        more = f"; {others} older in {cache}" if others else ""
        return Check("node image", "ok", f"{image.key}, {image.size_bytes / 2**20:.0f} MiB, {image.built_at}{more}")
    return Check("node image", "note", f"{recipe.key} is not built yet", "the first up builds it, in a minute or two")


def _kvm(cache: Path, *, try_kvm: bool) -> Check:
    image = find_image(node_recipe(), cache)
    if not try_kvm or image is None:
        return Check("kvm", "note", "not tried", "the first up tries it with the kernel of the node image")
    verdict = kvm_verdict(image, cache)
    if verdict.works:
        return Check("kvm", "ok", verdict.reason)
    return Check("kvm", "note", verdict.reason, "nodes are emulated in software: slower, and without VT-x")


def _memory(nodes: int) -> Iterator[Check]:
    if Path("/proc/sys/vm/overcommit_memory").read_text().strip() == "2":
        yield Check("memory", "problem", "vm.overcommit_memory is 2", "sysctl vm.overcommit_memory=0")
    lines = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
    available = next(int(words[1]) * 1024 for words in lines if words[0] == "MemAvailable:")
    wanted = nodes * _MEMORY_PER_NODE_BYTES
    found = f"{available / _GIB:.1f} GiB available, about {wanted / _GIB:.1f} GiB needed for {nodes} node(s)"
    yield Check("memory", "ok" if available >= wanted else "problem", found)


def _space(daemon: Daemon, cache: Path, nodes: int) -> Check:
    building = 0 if find_image(node_recipe(), cache) else _DISK_FOR_BUILDING_BYTES
    wanted = building + nodes * _DISK_PER_NODE_BYTES
    for folder in (cache, daemon.folder.path):
        free = shutil.disk_usage(_existing(folder)).free
        if free < wanted:
            found = f"{free / _GIB:.1f} GiB free at {folder}, about {wanted / _GIB:.1f} GiB needed"
            return Check("disk space", "problem", found, "XDG_CACHE_HOME and XDG_STATE_HOME may point elsewhere")
    return Check("disk space", "ok", f"{free / _GIB:.1f} GiB free")


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def _tun() -> Check:
    if Path("/dev/net/tun").exists():
        return Check("tap devices", "ok", "/dev/net/tun is there")
    return Check("tap devices", "problem", "/dev/net/tun is missing", "modprobe tun")


def _vlans() -> Check:
    if Path("/proc/net/vlan").exists() or Path("/sys/module/8021q").exists() or _kernel_option("CONFIG_VLAN_8021Q"):
        return Check("802.1Q", "ok", "the kernel has VLAN interfaces")
    found = "this kernel has no VLAN interfaces of its own"
    return Check(
        "802.1Q", "note", found, "not needed: every segment is a bridge of its own, and nodes have their kernel"
    )


def _kernel_option(name: str) -> bool:
    """Whether the running kernel was built with an option, as far as it tells."""
    try:
        if Path("/proc/config.gz").exists():
            text = gzip.decompress(Path("/proc/config.gz").read_bytes()).decode()
        else:
            text = Path(f"/boot/config-{os.uname().release}").read_text()
    except OSError:
        return False
    return f"\n{name}=" in text
