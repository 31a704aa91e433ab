"""The real nodes: SSH and the API with the auditor's credentials, read-only, never disposable."""

from __future__ import annotations

import os
from typing import Any

from conformance.collect.api import TOKEN_VARIABLE, Token
from conformance.collect.runner import Runner
from conformance.collect.ssh import Endpoint, SshSession
from conformance.collect.webui import look_at_web_interface
from fixtures.errors import LabError, Problem
from fixtures.site import Site

SSH_USER_VARIABLE = "LABCTL_SSH_USER"


class HardwareTarget:
    """The declared nodes of a site at their inventory addresses."""

    name = "hardware"
    rung = "hardware"

    def __init__(self, site: Site) -> None:
        self.site = site
        self.token = Token.from_environment()
        self.offers = frozenset({"ssh", "api"} if self.token else {"ssh"})

    def open(self) -> None:
        """Nothing is held between calls: each look at a node is one session."""

    def close(self) -> None:
        """Nothing is held."""

    def nodes(self) -> tuple[str, ...]:
        """The nodes that have hardware."""
        return tuple(name for name, spec in self.site.nodes.items() if spec.declared)

    def address(self, node: str) -> str:
        """The node's inventory address; its name, for ssh and the resolver to know, where there is none."""
        return self.site.nodes[node].ip or node

    def endpoint(self, node: str) -> Endpoint:
        """Where SSH finds the node. LABCTL_SSH_USER names the account (root by default, "-": as ssh_config says)."""
        user = os.environ.get(SSH_USER_VARIABLE, "root")
        return Endpoint(self.address(node), user=None if user in ("", "-") else user)

    def api(self, node: str) -> Any:
        """A proxmoxer client with the auditor's token."""
        if self.token is None:
            raise LabError(Problem(TOKEN_VARIABLE, "not set", "give an auditor token as user@realm!name=secret"))
        return self.token.connect(self.address(node))

    def host(self, node: str) -> Any:
        """A testinfra host over OpenSSH."""
        from testinfra.host import get_host  # slow to import, and only some runs need it

        endpoint = self.endpoint(node)
        user = f"{endpoint.user}@" if endpoint.user else ""
        return get_host(f"ssh://{user}{endpoint.host}?timeout=20&controlpersist=60")

    def facts(self, node: str) -> Runner:
        """One SSH session."""
        return SshSession(self.endpoint(node))

    def web_interface(self, node: str) -> tuple[dict[str, Any] | None, str]:
        """One GET of the web interface."""
        return look_at_web_interface(self.address(node))


def open_here(site: Site) -> HardwareTarget:
    """The target of this module."""
    return HardwareTarget(site)
