"""Puts the files of one node in place: disks over the shared image, its ramdisk, its SMBIOS structures."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from fixtures.errors import LabError, Problem
from sim import smbios
from sim.initrd import identity_ramdisk
from sim.media import NodeImage
from sim.nodefiles import KeyPair, NodeFiles, identity_files
from sim.plan import NetworkPlan, NodePlan


def assemble(
    node: NodePlan, network: NetworkPlan, files: NodeFiles, image: NodeImage, *, client: str, host: KeyPair
) -> None:
    """Write everything the node's definition refers to; a disk that is there already keeps what the node wrote."""
    files.folder.mkdir(parents=True, exist_ok=True)
    root, *others = node.profile.disks
    _ensure_disk(files.disk(root.name), root.size_bytes, backing=image.root)
    for disk in others:
        _ensure_disk(files.disk(disk.name), disk.size_bytes, backing=None)
    identity = identity_ramdisk(identity_files(node, network, client=client, host=host))
    files.ramdisk.write_bytes(image.ramdisk.read_bytes() + identity)
    files.ramdisk.chmod(0o600)
    files.chassis.write_bytes(smbios.chassis(node.profile, node.serial))
    for number, structure in enumerate(smbios.memory_devices(node.profile)):
        files.memory_device(number).write_bytes(structure)
    files.console.unlink(missing_ok=True)


def _ensure_disk(path: Path, size_bytes: int, *, backing: Path | None) -> None:
    if path.exists():
        found = json.loads(_qemu_img("info", "--output=json", str(path))).get("backing-filename")
        if found != (str(backing) if backing else None):
            hint = 'take the lab down first, with "labctl sim down"'
            raise LabError(Problem(str(path), f"the disk was made from {found}, not from {backing}", hint))
        return
    over = ["-b", str(backing), "-F", "raw"] if backing else []
    # Renamed when complete: what an interrupted run leaves is never taken for a disk.
    unfinished = path.with_suffix(".unfinished")
    _qemu_img("create", "-q", "-f", "qcow2", *over, str(unfinished), str(size_bytes))
    unfinished.replace(path)


def _qemu_img(*arguments: str) -> str:
    done = subprocess.run(["qemu-img", *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise LabError(Problem("qemu-img", done.stderr.strip()))
    return done.stdout
