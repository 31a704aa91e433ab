"""The pytest plugin ``labctl-pve``: fixtures that give each test a simulated Proxmox VE node of its own.

pytest loads this module in every run, so it imports the fake only when a test asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fakes.pve.node import NodeFacts
    from fakes.server import Running
    from fakes.testing import InTurns, SimulatedPve

HOST = "pve.invalid"
PORT = 8006


@pytest.fixture
def pve_facts() -> NodeFacts:
    """What the simulated node is made of: a node ``hv01``; override it for another name, address or hardware."""
    from fakes.pve.node import NodeFacts

    return NodeFacts("hv01")


@pytest.fixture
def pve(pve_facts: NodeFacts) -> Iterator[SimulatedPve]:
    """A pristine simulated node, reached in process by everything that uses requests; other hosts stay reachable."""
    import responses

    from fakes.inprocess import mount
    from fakes.pve.dispatch import Api
    from fakes.pve.seed import standalone
    from fakes.testing import PASSWORD, SimulatedPve

    datacenter = standalone(pve_facts, root_password=PASSWORD)
    lent = SimulatedPve(HOST, PORT, datacenter)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_passthru(re.compile(".*"))
        mount(mock, Api(datacenter), lent.url)
        yield lent
        lent.close()


@pytest.fixture(scope="session")
def _pve_listener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, InTurns]]:
    """One HTTPS server for the whole run (of each xdist worker) on a free port."""
    from fakes.pve.dispatch import Api
    from fakes.pve.node import NodeFacts
    from fakes.pve.seed import standalone
    from fakes.server import serving
    from fakes.testing import InTurns

    answers = InTurns(Api(standalone(NodeFacts("hv01"))))
    with serving(answers, tmp_path_factory.mktemp("pve")) as running:
        yield running, answers


@pytest.fixture
def pve_server(_pve_listener: tuple[Running, InTurns], pve_facts: NodeFacts) -> Iterator[SimulatedPve]:
    """A pristine simulated node over HTTPS on loopback, for clients of any language; trust its `ca_file`."""
    from fakes.pve.seed import standalone
    from fakes.testing import PASSWORD, SimulatedPve

    running, answers = _pve_listener
    datacenter = standalone(pve_facts, root_password=PASSWORD)
    answers.adopt(datacenter)
    lent = SimulatedPve(running.host, running.port, datacenter, running.ca_file, lock=answers.lock)
    yield lent
    lent.close()
