"""A real OpenSSH server on the loopback interface, with keys of its own, for as long as a test needs it."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conformance.collect.ssh import Endpoint

SSHD = shutil.which("sshd") or ("/usr/sbin/sshd" if Path("/usr/sbin/sshd").exists() else None)


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def key(path: Path) -> str:
    """Make a key pair; its public half."""
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True, stdin=subprocess.DEVNULL
    )
    return path.with_suffix(".pub").read_text(encoding="utf-8")


@contextmanager
def running_sshd(folder: Path) -> Iterator[Endpoint]:
    """The endpoint of a server that lets the current user in; its ssh configuration names key and host key."""
    assert SSHD is not None
    port, user = free_port(), getpass.getuser()
    host_key = key(folder / "host")
    (folder / "authorized").write_text(key(folder / "client"), encoding="utf-8")
    (folder / "authorized").chmod(0o600)
    (folder / "known").write_text(f"[127.0.0.1]:{port} {' '.join(host_key.split()[:2])}\n", encoding="utf-8")
    lines = [
        f"Port {port}",
        "ListenAddress 127.0.0.1",
        f"HostKey {folder / 'host'}",
        f"AuthorizedKeysFile {folder / 'authorized'}",
        f"PidFile {folder / 'pid'}",
        "StrictModes no",
        "UsePAM no",
        "PasswordAuthentication no",
        "PermitRootLogin prohibit-password",
    ]
    (folder / "sshd_config").write_text("\n".join([*lines, ""]), encoding="utf-8")
    client = ["Host *", f"  IdentityFile {folder / 'client'}", "  IdentitiesOnly yes"]
    client += [f"  UserKnownHostsFile {folder / 'known'}", "  GlobalKnownHostsFile /dev/null"]
    (folder / "ssh_config").write_text("\n".join([*client, ""]), encoding="utf-8")
    Path("/run/sshd").mkdir(exist_ok=True)
    server = subprocess.Popen(
        [SSHD, "-D", "-e", "-f", str(folder / "sshd_config")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield Endpoint("127.0.0.1", port, user, config_file=str(folder / "ssh_config"))
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
