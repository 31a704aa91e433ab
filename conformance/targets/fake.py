"""Target `fake`: the site simulated in this process; `requests` and proxmoxer reach it through `responses`."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from conformance.collect.runner import HostRunner
from fixtures.errors import LabError, Problem
from fixtures.site import Site

if TYPE_CHECKING:
    from fakes.lab import FakeLab

CAPABILITIES = frozenset({"api", "ssh", "disposable", "plant", "power", "leases"})


class FakeTarget:
    """A furnished simulated lab, made when the target is opened and gone when it is closed.

    Everything may be changed in it: nodes lose power, guests are destroyed, violations are planted.
    """

    name = "fake"
    rung = "fake"
    offers = CAPABILITIES

    def __init__(self, site: Site) -> None:
        self.site = site
        self._stack = contextlib.ExitStack()
        self._lab: FakeLab | None = None

    def open(self) -> None:
        """Build the lab and furnish it as the site's pages say."""
        from fakes.furnish import furnish
        from fakes.lab import FakeLab

        lab = FakeLab(self.site)
        furnish(lab)
        self._lab = lab
        self._connect(lab)

    def close(self) -> None:
        """Let the lab go."""
        self._stack.close()
        self._lab = None

    @property
    def lab(self) -> FakeLab:
        """The lab behind this target; LabError while it is not open."""
        if self._lab is None:
            raise LabError(Problem(f"target {self.name}", "is not open"))
        return self._lab

    def nodes(self) -> tuple[str, ...]:
        """Names of the nodes that exist."""
        return tuple(self.lab.nodes)

    def url(self, node: str) -> str:
        """Where a node serves its API and web interface."""
        return f"https://{self.lab.nodes[node].spec.ip}:8006"

    def api(self, node: str) -> Any:
        """A proxmoxer client with the automation's token."""
        from proxmoxer import ProxmoxAPI

        user, _, token = self.lab.automation_token.partition("!")
        return ProxmoxAPI(
            self.url(node).removeprefix("https://"),
            user=user,
            token_name=token,
            token_value=self.lab.token_secrets.get(node, "none"),
            verify_ssl=self.verify(),
            timeout=30,
        )

    def verify(self) -> str | bool:
        """The CA file to trust, or False where nothing is encrypted."""
        return False

    def host(self, node: str) -> Any:
        """The testinfra host of a node; LabError where it has no power."""
        from fakes.hosts import simulated_host

        machine = self.lab.nodes[node].machine
        if not machine.is_reachable:
            raise LabError(Problem(f"ssh://root@{node}", "no route to host", "is the node switched on?"))
        return simulated_host(machine)

    def facts(self, node: str) -> HostRunner:
        """Runs probes on a node by the lab's clock."""
        return HostRunner(self.host(node), now=self.lab.clock.now)

    def web_interface(self, node: str) -> tuple[dict[str, Any] | None, str]:
        """The `webui` facts of a node; nothing is encrypted in process, so there is no certificate."""
        import requests

        if not self.lab.nodes[node].machine.is_reachable:
            return None, f"{self.url(node)}/: no route to host"
        try:
            answer = requests.get(f"{self.url(node)}/", timeout=10)
        except requests.ConnectionError:
            return {"open": False, "http_status": None}, ""
        return {"open": True, "http_status": answer.status_code}, ""

    def plant(self, node: str, what: str) -> None:
        """Break a node in a named way (see `fakes.violations`)."""
        from fakes.violations import plant

        plant(self.lab, node, what)

    def misdeclare(self, whom: str, mistake: str) -> Site:
        """The site with a mistake in its inventory (see `fakes.misdeclarations`); the machines stay as they are."""
        from fakes.misdeclarations import misdeclare

        return misdeclare(self.site, whom, mistake)

    def power(self, node: str, *, on: bool) -> None:
        """Cut a node's power, or give it back."""
        if on:
            self.lab.switch_on(node)
        else:
            self.lab.switch_off(node)

    def wait(self, seconds: float) -> None:
        """Let time pass in the lab."""
        self.lab.advance(seconds)

    def leases(self) -> dict[str, str]:
        """Address by MAC (lower case) as the core router gave them."""
        return {lease.mac: lease.ip for lease in self.lab.router.leases}

    def guest_host(self, node: str, vmid: int) -> Any:
        """The testinfra host of a running guest; LabError where it does not answer."""
        from fakes.guesthosts import guest_host

        return guest_host(self.lab, node, vmid)

    def _connect(self, lab: FakeLab) -> None:
        import responses

        from fakes.inprocess import mount

        mock = self._stack.enter_context(responses.RequestsMock(assert_all_requests_are_fired=False))
        for node in lab.nodes.values():
            mount(mock, node.front, self.url(node.spec.name))


def open_here(site: Site) -> FakeTarget:
    """The target of this module."""
    return FakeTarget(site)
