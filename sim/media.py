"""Node images: built once from Debian packages without loop devices, kept in a cache under the hash of their recipe."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fixtures.errors import LabError, Problem
from sim import initrd
from sim.progress import Progress
from sim.recipe import Recipe

_UNFINISHED = ".building-"
_MANIFEST = "image.json"


@dataclass(frozen=True)
class NodeImage:
    """A built image: `root` is an ext4 file system (raw, sparse), the rest boots it directly."""

    key: str
    folder: Path

    @property
    def root(self) -> Path:
        """The root file system that the nodes' disks are laid over."""
        return self.folder / "root.img"

    @property
    def kernel(self) -> Path:
        """The Debian kernel."""
        return self.folder / "vmlinuz"

    @property
    def ramdisk(self) -> Path:
        """The initial ramdisk without any node's identity."""
        return self.folder / "initrd"

    @property
    def size_bytes(self) -> int:
        """What the image takes on the disk."""
        return sum(path.stat().st_blocks * 512 for path in self.folder.iterdir())

    @property
    def built_at(self) -> str:
        """When it was built, RFC 3339 in UTC."""
        return str(json.loads((self.folder / _MANIFEST).read_text())["built_at"])


def cached_images(cache: Path) -> tuple[NodeImage, ...]:
    """Every finished image in the cache, oldest first."""
    manifests = sorted(cache.glob(f"[!.]*/{_MANIFEST}"), key=lambda path: path.stat().st_mtime)
    return tuple(NodeImage(path.parent.name, path.parent) for path in manifests)


def find_image(recipe: Recipe, cache: Path) -> NodeImage | None:
    """The image of `recipe` if the cache has it."""
    image = NodeImage(recipe.key, cache / recipe.key)
    return image if (image.folder / _MANIFEST).is_file() else None


def ensure_image(recipe: Recipe, cache: Path, progress: Progress) -> NodeImage:
    """The image of `recipe`, built now if the cache does not have it.

    The build happens in a folder of its own that is renamed when complete, so that an interrupted one is never used;
    what an interrupted one left is removed by the next. Raises LabError with the end of the failing tool's output.
    """
    if image := find_image(recipe, cache):
        progress.say(f"node image {image.key} is in the cache")
        return image
    cache.mkdir(parents=True, exist_ok=True)
    with _only_builder(cache):
        if image := find_image(recipe, cache):
            return image
        for leftover in cache.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(leftover)
        start = time.monotonic()
        workshop = Path(tempfile.mkdtemp(prefix=f"{_UNFINISHED}{recipe.key}-", dir=cache))
        _build(recipe, workshop, progress)
        os.rename(workshop, cache / recipe.key)
        image = NodeImage(recipe.key, cache / recipe.key)
        progress.say(
            f"node image {image.key} built in {time.monotonic() - start:.0f} s, {image.size_bytes / 2**20:.0f} MiB"
        )
        return image


@contextlib.contextmanager
def _only_builder(cache: Path) -> Iterator[None]:
    with open(cache / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(recipe: Recipe, workshop: Path, progress: Progress) -> None:
    tree = workshop / "tree"
    progress.during(f"building node image {recipe.key}: {len(recipe.packages)} packages of Debian {recipe.suite}")
    _run("mmdebstrap", *_mmdebstrap_arguments(recipe, tree), log=workshop / "mmdebstrap.log")
    progress.during("building node image: file system")
    _finish_tree(recipe, tree)
    kernel = next((tree / "boot").glob("vmlinuz-*"))
    version = kernel.name.removeprefix("vmlinuz-")
    shutil.copyfile(kernel, workshop / "vmlinuz")
    (workshop / "initrd").write_bytes(_ramdisk(recipe, tree, version))
    packages = _run("chroot", str(tree), "dpkg-query", "-W", "-f", "${Package} ${Version}\n").splitlines()
    root = workshop / "root.img"
    _run("mke2fs", "-q", "-t", "ext4", "-L", "root", "-m", "0", "-E", "lazy_itable_init=1,lazy_journal_init=1",
         "-d", str(tree), str(root), f"{recipe.filesystem_mib}M")  # fmt: skip
    shutil.rmtree(tree)
    manifest = {
        "key": recipe.key,
        "built_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "kernel": version,
        "packages": dict(line.split(" ", 1) for line in packages),
    }
    (workshop / _MANIFEST).write_text(json.dumps(manifest, indent=1))
    workshop.chmod(0o755)


def _mmdebstrap_arguments(recipe: Recipe, tree: Path) -> list[str]:
    excludes = [f"--dpkgopt=path-exclude={pattern}" for pattern in recipe.path_excludes]
    return [
        "--mode=root",
        "--variant=minbase",
        f"--include={','.join(recipe.packages)}",
        '--aptopt=Apt::Install-Recommends "false"',
        '--aptopt=Acquire::Retries "3"',
        *excludes,
        recipe.suite,
        str(tree),
        *([recipe.mirror] if recipe.mirror else []),
    ]


def _finish_tree(recipe: Recipe, tree: Path) -> None:
    for path, text in recipe.files:
        target = tree / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    _run("chroot", str(tree), "systemctl", "--quiet", "enable", *recipe.enabled_units)
    _run("chroot", str(tree), "systemctl", "--quiet", "mask", *recipe.masked_units)
    # Host keys and the machine id belong to a node, not to the image.
    for key in (tree / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
    (tree / "etc/machine-id").write_text("uninitialized\n")
    # Without these systemd rebuilds its caches on the first boot, which takes long under emulation.
    for stamp in ("etc/.updated", "var/.updated"):
        (tree / stamp).touch()


def _ramdisk(recipe: Recipe, tree: Path, version: str) -> bytes:
    modules = tree / "lib/modules" / version
    order = initrd.module_load_order(
        recipe.modules, (modules / "modules.dep").read_text(), (modules / "modules.builtin").read_text()
    )
    contents = {Path(path).name: (modules / path).read_bytes() for path in order}
    return initrd.base_ramdisk((tree / "bin/busybox").read_bytes(), contents)


def _run(*command: str, log: Path | None = None) -> str:
    """Standard output of a command; LabError with the end of its complaints when it fails or is not there."""
    # The builder's locale need not exist in the image.
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise LabError(Problem(command[0], "not found on this machine", 'see "labctl sim doctor"')) from None
    if log:
        log.write_text(done.stderr)
    if done.returncode:
        ending = "\n".join((done.stderr or done.stdout).strip().splitlines()[-8:])
        raise LabError(Problem("node image", f"{command[0]} ended with status {done.returncode}:\n{ending}"))
    return done.stdout
