"""The fixture `pve`: a pristine node hv01 for every test, in process and over HTTPS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import responses

from fakes.inprocess import mount
from fakes.pve.datacenter import Datacenter
from fakes.pve.dispatch import Api
from fakes.pve.node import NodeFacts
from fakes.pve.seed import standalone
from fakes.server import Running, serving
from tests.contract.client import Pve

ROOT_PASSWORD = "contract-pw"
IN_PROCESS_URL = "https://hv01.fake.invalid:8006"


def pristine() -> Datacenter:
    """A standalone node hv01 as the installer leaves it."""
    return standalone(NodeFacts("hv01"), root_password=ROOT_PASSWORD)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Api]]:
    """One HTTPS server for the whole run; each test gives its `Api` a new state."""
    folder: Path = tmp_path_factory.mktemp("served")
    api = Api(pristine())
    with serving(api, folder) as running:
        yield running, api


@pytest.fixture(params=["in process", "https"])
def pve(request: pytest.FixtureRequest) -> Iterator[Pve]:
    """root@pam's view of a pristine node, over both transports."""
    datacenter = pristine()
    with requests.Session() as session:
        session.trust_env = False
        if request.param == "https":
            running, api = request.getfixturevalue("served")
            api.adopt(datacenter)
            session.verify = str(running.ca_file)
            yield Pve(running.url, datacenter, session).as_user("root@pam")
            return
        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            mount(mock, Api(datacenter), IN_PROCESS_URL)
            yield Pve(IN_PROCESS_URL, datacenter, session).as_user("root@pam")
