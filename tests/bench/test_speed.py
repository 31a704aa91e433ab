"""Requests per second of a pristine node: dispatch alone, and over HTTPS with a C client."""

import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from fakes.pve.api import load_routes
from fakes.pve.datacenter import Datacenter
from fakes.pve.dispatch import Api
from fakes.pve.http import Request
from fakes.pve.node import NodeFacts
from fakes.pve.seed import standalone
from fakes.server import serving

pytestmark = pytest.mark.bench

TARGETS = ["/api2/json/version", "/api2/json/nodes/hv01/qemu", "/api2/json/cluster/resources"]
REQUESTS = 2000
# A tenth of what two busy cores were seen to do: a change of kind is noticed, a busy machine is not.
DISPATCHED_PER_S = 1500
SERVED_PER_S = 500


@pytest.fixture
def datacenter() -> Datacenter:
    return standalone(NodeFacts("hv01"), root_password="bench-password")


def cookie(datacenter: Datacenter) -> str:
    return f"PVEAuthCookie={datacenter.door.make_ticket('root@pam')}"


@pytest.mark.parametrize("target", TARGETS)
def test_requests_are_dispatched_fast(datacenter: Datacenter, target: str) -> None:
    load_routes()
    api, request = Api(datacenter), Request("GET", target, {"cookie": cookie(datacenter)})
    assert api.handle(request).status == 200

    start = time.perf_counter()
    for _ in range(REQUESTS):
        api.handle(request)
    per_second = REQUESTS / (time.perf_counter() - start)

    print(f"\n{target}: {per_second:.0f} dispatched per second")
    assert per_second > DISPATCHED_PER_S


@pytest.mark.parametrize("target", TARGETS)
def test_requests_are_served_fast(datacenter: Datacenter, target: str, tmp_path: Path) -> None:
    wrk = shutil.which("wrk")
    if wrk is None:
        pytest.skip("wrk is not installed")

    with serving(Api(datacenter), tmp_path) as running:
        command = [wrk, "-t1", "-c8", "-d3s", "-H", f"Cookie: {cookie(datacenter)}", f"{running.url}{target}"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert found, told
    print(f"\n{target}: {found[1]} served per second")
    assert "Non-2xx" not in told
    assert float(found[1]) > SERVED_PER_S
