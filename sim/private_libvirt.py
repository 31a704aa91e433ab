"""A libvirt daemon of our own: no systemd, no shared state, and a network namespace that nothing else lives in.

The daemon, its dnsmasq and every QEMU run in one process namespace: when its first process ends, the kernel ends all
the others and takes bridges and taps away with the network namespace. The daemon is found by its command line, which
names the lab's folder, so no file can be wrong about it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from fixtures.errors import LabError, Problem

_MARK = "labctl-libvirt"
_START_DEADLINE_S = 30.0
_STOP_DEADLINE_S = 10.0
_LONGEST_SOCKET_PATH = 107

# Bash as first process, because it also collects the processes that libvirt's probes leave: without that every probe
# waits 40 seconds. A fresh /run keeps the daemon from the machine's D-Bus, and so from its systemd and firewall.
_FIRST_PROCESS = """
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs /run
for pair in etc:/etc/libvirt lib:/var/lib/libvirt run:/run/libvirt log:/var/log/libvirt cache:/var/cache/libvirt; do
  mkdir -p "${pair#*:}"
  mount --bind "$1/${pair%%:*}" "${pair#*:}"
done
ip link set lo up
libvirtd --pid-file /run/libvirt/libvirtd.pid &
daemon=$!
while kill -0 "$daemon" 2>/dev/null; do wait -n || true; done
"""

_QEMU_CONF = """user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
cgroup_controllers = [ ]
namespaces = [ ]
stdio_handler = "file"
"""

_LIBVIRTD_CONF = """auth_unix_ro = "none"
auth_unix_rw = "none"
unix_sock_group = "root"
unix_sock_rw_perms = "0700"
log_outputs = "2:file:/var/log/libvirt/libvirtd.log"
"""


@dataclass(frozen=True)
class PrivateLibvirt:
    """The daemon whose files are below `folder`."""

    folder: Path

    @property
    def socket(self) -> Path:
        """Where it answers, as seen from outside its namespaces."""
        return self.folder / "run" / "libvirt-sock"

    @property
    def uri(self) -> str:
        """The address to connect to."""
        return f"qemu+unix:///system?socket={self.socket}"

    @property
    def log(self) -> Path:
        """What the daemon complained about."""
        return self.folder / "log" / "libvirtd.log"

    def process(self) -> int | None:
        """The process whose end is the end of everything in the daemon's namespaces, or None."""
        return next((process for process, program in self._processes() if program in ("setsid", "unshare")), None)

    def namespace(self) -> Path | None:
        """The network namespace of a running daemon, as a path to enter it by."""
        process = self.process()
        inner = _first_child(process) if process else None
        return Path(f"/proc/{inner}/ns/net") if inner else None

    def ensure_running(self) -> None:
        """Start the daemon unless it runs. Raises LabError with the end of its log where it does not answer."""
        if self.process() and self.socket.is_socket():
            return
        self.stop()
        self._write_files()
        with (self.folder / "log" / "start.log").open("w") as log:
            command = ["setsid", "--fork", *self._command()]
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd="/", check=True)
        deadline = time.monotonic() + _START_DEADLINE_S
        while not self.socket.is_socket():
            if time.monotonic() > deadline or self.process() is None:
                complaints = self._complaints()
                self.stop()
                raise LabError(Problem("private libvirt daemon", f"it does not start: {complaints}"))
            time.sleep(0.05)

    def stop(self) -> None:
        """End the daemon and everything in its namespaces, and wait until it is gone."""
        deadline = time.monotonic() + _STOP_DEADLINE_S
        processes = [process for process, _ in self._processes()]
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        # The first process of a namespace is only gone when all the others are.
        while remaining := [process for process in processes if not _has_ended(process)]:
            if time.monotonic() > deadline:
                raise LabError(Problem("private libvirt daemon", f"process {remaining[0]} does not end"))
            time.sleep(0.05)

    def _command(self) -> list[str]:
        namespaces = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        return ["unshare", *namespaces, "bash", "-c", _FIRST_PROCESS, _MARK, str(self.folder)]

    def _processes(self) -> list[tuple[int, str]]:
        """Number and program of every process that was started for this folder."""
        ending = f"{_MARK}\0{self.folder}\0".encode()
        processes = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
        lines = ((process, _read(process, "cmdline")) for process in processes)
        return [(process, line.partition(b"\0")[0].decode()) for process, line in lines if line.endswith(ending)]

    def _write_files(self) -> None:
        if len(str(self.socket)) > _LONGEST_SOCKET_PATH:
            what = f"the path is longer than the {_LONGEST_SOCKET_PATH} characters that Linux allows for a socket"
            raise LabError(Problem(str(self.socket), what, "set XDG_STATE_HOME to a shorter path"))
        # Definitions that outlived their daemon are ours to make again; a stale socket would look like an answer.
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in ("etc", "lib", "run", "log", "cache"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "etc" / "qemu.conf").write_text(_QEMU_CONF)
        (self.folder / "etc" / "libvirtd.conf").write_text(_LIBVIRTD_CONF)

    def _complaints(self) -> str:
        texts = (
            path.read_text(errors="replace") for path in (self.folder / "log" / "start.log", self.log) if path.exists()
        )
        return " | ".join(line for text in texts for line in text.strip().splitlines()[-4:]) or "it said nothing"


def _read(process: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{process}/{name}").read_bytes()
    except OSError:
        return b""


def _has_ended(process: int) -> bool:
    """Whether a process is gone, or only waits for its parent to notice."""
    return _read(process, "stat").rpartition(b")")[2].split()[:1] in ([], [b"Z"], [b"X"])


def _first_child(process: int) -> int | None:
    children = _read(process, f"task/{process}/children").split()
    return int(children[0]) if children else None
