"""What the fixtures `pve` and `pve_server` give: a simulated Proxmox VE node of one test."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from proxmoxer import ProxmoxAPI

from fakes.pve.datacenter import Datacenter
from fakes.pve.dispatch import Api
from fakes.pve.faults import Effect, Fault
from fakes.pve.http import Reply, Request
from fakes.pve.node import Node
from fakes.pve.usercfg import ROOT, Token

PASSWORD = "pytest-root-pw"
TOKEN_NAME = "pytest"


@dataclass(eq=False)
class SimulatedPve:
    """A pristine node as one test sees it: where it answers, how to log in, and what a test may do to it.

    `ca_file` is the certificate to trust, None in process, where no TLS is spoken.
    """

    host: str
    port: int
    datacenter: Datacenter
    ca_file: Path | None = None
    user: str = ROOT
    password: str = PASSWORD
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def url(self) -> str:
        """Where the node answers, without a slash at the end."""
        return f"https://{self.host}:{self.port}"

    @property
    def node(self) -> str:
        """The name of the node."""
        return next(iter(self.datacenter.nodes))

    @cached_property
    def api(self) -> Any:
        """A proxmoxer client, logged in as root@pam with the password at the first use."""
        verify = str(self.ca_file) if self.ca_file else True
        return ProxmoxAPI(self.host, port=self.port, user=self.user, password=self.password, verify_ssl=verify)

    @cached_property
    def token(self) -> str:
        """An API token with all of root's privileges, as ``root@pam!pytest=<secret>``; made at the first use."""
        with self.lock:
            full = f"{self.user}!{TOKEN_NAME}"
            with self.datacenter.edit_access() as access:
                access.users[self.user].tokens[TOKEN_NAME] = Token(privsep=False)
            return f"{full}={self.datacenter.door.new_token_secret(full)}"

    @property
    def headers(self) -> dict[str, str]:
        """The header that logs a request in by `token`."""
        return {"Authorization": f"PVEAPIToken={self.token}"}

    def advance(self, seconds: float) -> None:
        """Let time pass on the node; whatever is due by then has happened when this returns."""
        with self.lock:
            self.datacenter.advance(seconds)

    def fault(
        self,
        effect: Effect,
        path: str = ".*",
        *,
        method: str = ".*",
        status: int = 500,
        message: str = "injected fault",
        seconds: float = 0.0,
        after: int = 0,
        times: int | None = None,
    ) -> Fault:
        """Let requests go wrong from now on, see `fakes.pve.faults.Fault`; its `struck` counts how often that happened.

        `path` is a regular expression for the whole path below ``/api2/json``.
        """
        fault = Fault(effect, path, method, status, message, seconds, after, times)
        with self.lock:
            self.datacenter.faults.add(fault)
        return fault

    def close(self) -> None:
        """Close the connections of `api`, if it was used."""
        client = self.__dict__.pop("api", None)
        if client is not None:
            client._store["session"].close()


class InTurns:
    """Answers from an `Api`, one request at a time, and never while the test itself changes the node."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.lock = threading.RLock()

    @property
    def node(self) -> Node:
        return self._api.node

    @property
    def datacenter(self) -> Datacenter:
        return self._api.datacenter

    def handle(self, request: Request) -> Reply:
        """The node's reply."""
        with self.lock:
            return self._api.handle(request)

    def adopt(self, datacenter: Datacenter) -> None:
        """Answer from another state from now on."""
        with self.lock:
            self._api.adopt(datacenter)
