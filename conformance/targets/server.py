"""Target `server`: the simulated site over HTTPS on loopback, one server per node."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.collect.webui import look_at_web_interface
from conformance.targets.fake import FakeTarget
from fixtures.site import Site

if TYPE_CHECKING:
    from fakes.lab import FakeLab
    from fakes.server import Running


class ServerTarget(FakeTarget):
    """The same lab as target `fake`, reached through real sockets and TLS."""

    name = "server"

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._running: dict[str, Running] = {}
        self._bundle: Path | None = None

    def url(self, node: str) -> str:
        return self._running[node].url

    def verify(self) -> str | bool:
        return str(self._bundle) if self._bundle else False

    def web_interface(self, node: str) -> tuple[dict[str, Any] | None, str]:
        if not self.lab.nodes[node].machine.is_reachable:
            return None, f"{self.url(node)}/: no route to host"
        running = self._running[node]
        return look_at_web_interface(running.host, running.port)

    def close(self) -> None:
        super().close()
        self._running.clear()

    def _connect(self, lab: FakeLab) -> None:
        from fakes.server import serving

        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="labctl-server-")))
        for name, node in lab.nodes.items():
            own = folder / name
            own.mkdir()
            self._running[name] = self._stack.enter_context(serving(node.front, own))
        # One file with every node's authority, since each node is its own.
        self._bundle = folder / "authorities.pem"
        self._bundle.write_text("".join(one.ca_file.read_text() for one in self._running.values()))


def open_here(site: Site) -> ServerTarget:
    """The target of this module."""
    return ServerTarget(site)
