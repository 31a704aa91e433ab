"""How to log in to a node: address, key, and the way into the network namespace that the lab lives in."""

from __future__ import annotations

import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from sim import relay
from sim.nodefiles import KeyPair
from sim.paths import LabFolder


@dataclass(frozen=True)
class SshEndpoint:
    """Everything an SSH client needs. `proxy_command` has ``%h`` and ``%p`` as ssh_config does, or is None.

    `host_key_alias` is the name under which `known_hosts` has the node's key, whatever its address.
    """

    host: str
    port: int
    user: str
    identity_file: str
    proxy_command: str | None
    known_hosts: str
    host_key_alias: str

    def options(self) -> dict[str, str]:
        """The options of ssh_config(5) that reach the node without asking anything."""
        options = {
            "User": self.user,
            "Port": str(self.port),
            "IdentityFile": _one_word(self.identity_file),
            "IdentitiesOnly": "yes",
            "BatchMode": "yes",
            "ConnectTimeout": "20",
            "LogLevel": "ERROR",
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": _one_word(self.known_hosts),
            "GlobalKnownHostsFile": "/dev/null",
            "HostKeyAlias": self.host_key_alias,
        }
        return options | ({"ProxyCommand": self.proxy_command} if self.proxy_command else {})

    def command(self, *remote: str) -> list[str]:
        """The ``ssh`` command line that runs `remote` on the node, or logs in without it."""
        options = [argument for name, value in self.options().items() for argument in ("-o", f"{name}={value}")]
        # -F none: what a user configured for their own hosts must not lead elsewhere.
        return ["ssh", "-F", "none", *options, self.host, *(("--", *remote) if remote else ())]


def _one_word(path: str) -> str:
    """A path as ssh_config wants it, which takes a space for the end of the path."""
    return f'"{path}"' if " " in path else path


def through_namespace(namespace: Path) -> str:
    """The ProxyCommand that connects from inside a network namespace."""
    interpreter, program = shlex.quote(sys.executable), shlex.quote(relay.__file__)
    return f"nsenter --net={namespace} -- {interpreter} -I -S {program} %h %p"


def lab_keys(folder: LabFolder, nodes: list[str]) -> tuple[str, dict[str, KeyPair]]:
    """The public key of the lab's client and the key pair of each node; made when they are not there yet."""
    client = _key_pair(folder.client_key, "labctl")
    hosts = {node: _key_pair(folder.node(node) / "host_key", node) for node in nodes}
    known = folder.known_hosts.read_text().splitlines() if folder.known_hosts.exists() else []
    others = [line for line in known if line.split(" ", 1)[0] not in nodes]
    lines = [f"{node} {' '.join(pair.public.split()[:2])}" for node, pair in hosts.items()]
    folder.known_hosts.write_text("".join(f"{line}\n" for line in others + lines))
    return client.public, hosts


def _key_pair(path: Path, comment: str) -> KeyPair:
    public = path.with_name(f"{path.name}.pub")
    if not public.exists():
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        generate = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(path)]
        subprocess.run(generate, check=True, stdin=subprocess.DEVNULL)
    return KeyPair(private=path.read_text(), public=public.read_text().strip())
