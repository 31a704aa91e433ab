"""Whether KVM really runs a kernel here. That /dev/kvm opens, and that libvirt lists it, proves nothing."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from sim.emulator_options import Accelerator
from sim.initrd import SELF_TEST_MARKER
from sim.media import NodeImage

EMULATOR = "/usr/bin/qemu-system-x86_64"

# A working KVM needs under a second; one that emulates instruction by instruction may stay alive for minutes.
_DEADLINE_S = 10.0


@dataclass(frozen=True)
class KvmVerdict:
    """The outcome of the self-test, and what it was true for: it is tried again after a reboot or an upgrade."""

    works: bool
    reason: str
    boot_id: str
    qemu: str
    image: str

    @property
    def accelerator(self) -> Accelerator:
        """What to run nodes with."""
        return "kvm" if self.works else "tcg"


def kvm_verdict(
    image: NodeImage,
    cache: Path,
    *,
    emulator: str = EMULATOR,
    device: str = "/dev/kvm",
    deadline_s: float = _DEADLINE_S,
) -> KvmVerdict:
    """Boot the image's kernel under KVM up to its ramdisk, or recall how that went since this machine was booted."""
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    qemu = _version(emulator)
    known = recall(cache)
    if known and (known.boot_id, known.qemu, known.image) == (boot_id, qemu, image.key):
        return known
    works, reason = _try_kvm(image, emulator, device, deadline_s)
    verdict = KvmVerdict(works, reason, boot_id, qemu, image.key)
    unfinished = _file(cache).with_suffix(f".{os.getpid()}")
    unfinished.write_text(json.dumps(asdict(verdict)))
    unfinished.replace(_file(cache))
    return verdict


def recall(cache: Path) -> KvmVerdict | None:
    """The last verdict that was written down, for whatever boot and image that was."""
    try:
        return KvmVerdict(**json.loads(_file(cache).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _file(cache: Path) -> Path:
    return cache / "kvm.json"


def _version(emulator: str) -> str:
    done = subprocess.run([emulator, "--version"], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[0]


def _try_kvm(image: NodeImage, emulator: str, device: str, deadline_s: float) -> tuple[bool, str]:
    if not os.access(device, os.R_OK | os.W_OK):
        return False, f"{device} is not there or may not be opened"
    command = [
        *(emulator, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-serial", "stdio"),
        *("-machine", "q35,accel=kvm", "-cpu", "host", "-m", "256"),
        *("-kernel", str(image.kernel), "-initrd", str(image.ramdisk)),
        *("-append", "console=ttyS0 quiet panic=-1 labctl.selftest"),
    ]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=deadline_s, text=True, errors="replace"
        )
    except subprocess.TimeoutExpired:
        return False, f"a kernel did not get to its ramdisk under KVM within {deadline_s:g} s"
    if done.returncode == 0 and SELF_TEST_MARKER in done.stdout:
        return True, "a kernel booted under KVM"
    complaint = next((line for line in done.stderr.splitlines() if line.strip()), "no message")
    return False, f"QEMU ended with status {done.returncode} under KVM: {complaint.removeprefix(emulator + ': ')[:120]}"
