"""The libvirt lab: SSH to its nodes, through the network namespace where the lab lives in one."""

from __future__ import annotations

import shlex
import tempfile
from pathlib import Path
from typing import Any

from conformance.collect.runner import Runner
from conformance.collect.ssh import Endpoint, SshSession
from fixtures.errors import LabError
from fixtures.site import Site


class SimTarget:
    """The nodes of a lab that ``labctl sim up`` has made."""

    name = "sim"
    rung = "nested"
    offers = frozenset({"ssh"})

    def __init__(self, site: Site, uri: str | None = None) -> None:
        self.site = site
        self.uri = uri
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def open(self) -> None:
        """Check that the lab is there, be it with some of its nodes only; LabError where nothing runs."""
        from sim.lab import running_nodes

        running_nodes(self.site, self.uri)

    def close(self) -> None:
        """Drop the SSH configuration written for testinfra."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def nodes(self) -> tuple[str, ...]:
        """The nodes that have hardware to imitate."""
        return tuple(name for name, spec in self.site.nodes.items() if spec.declared)

    def _endpoint(self, node: str) -> Any:
        from sim.lab import ssh_endpoint

        return ssh_endpoint(self.site, node, self.uri)

    def api(self, node: str) -> Any:
        """The nodes run a plain Debian: there is no API on them."""
        raise LabError(f"node {node} of the libvirt lab has no Proxmox API")

    def host(self, node: str) -> Any:
        """A testinfra host over OpenSSH with one shared connection per node."""
        from testinfra.host import get_host  # slow to import, and only some runs need it

        endpoint = self._endpoint(node)
        folder = self._scratch()
        lines = [f"  {name} {value}" for name, value in endpoint.options().items()]
        shared = [f"  ControlPath {folder}/%C", "  ControlMaster auto", "  ControlPersist 60"]
        config = folder / f"{node}.conf"
        config.write_text("\n".join([f"Host {node}", f"  HostName {endpoint.host}", *lines, *shared, ""]))
        return get_host(f"ssh://{node}?ssh_config={shlex.quote(str(config))}")

    def _scratch(self) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="labctl-")
        return Path(self._folder.name)

    def facts(self, node: str) -> Runner:
        """One SSH session."""
        endpoint = self._endpoint(node)
        options = tuple(f"{name}={value}" for name, value in endpoint.options().items())
        return SshSession(Endpoint(endpoint.host, options=options, config_file="none"))

    def web_interface(self, node: str) -> tuple[dict[str, Any] | None, str]:
        """Not tried: the nodes' addresses are inside the lab."""
        return None, "the lab's addresses are not reachable from here"


def open_here(site: Site, uri: str | None = None) -> SimTarget:
    """The target of this module."""
    return SimTarget(site, uri)
