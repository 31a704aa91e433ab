"""The plugin `labctl-pve` in the suites of others: each test has a pristine node, whoever changed one before."""

import pytest

pytest_plugins = ("pytester",)

CHANGES = """
import pytest

@pytest.fixture(params=["pve", "pve_server"])
def node(request):
    return request.getfixturevalue(request.param)

@pytest.mark.parametrize("turn", range(3))
def test_a_pool_of_the_same_name(turn, node):
    assert node.api.pools.get() == []
    node.api.pools.post(poolid="mine")
    node.advance(3600)
    node.fault("error", "/pools", message="no more")

    with pytest.raises(Exception, match="no more"):
        node.api.pools.get()
"""

IN_PROCESS = """
import pytest
import requests

def test_a_token_logs_in(pve):
    answer = requests.get(f"{pve.url}/api2/json/access/users/root@pam/token", headers=pve.headers)

    assert [row["tokenid"] for row in answer.json()["data"]] == ["pytest"]

def test_proxmoxer_is_logged_in(pve):
    assert pve.api.version.get()["version"] == "8.4.1"
    assert [row["node"] for row in pve.api.nodes.get()] == [pve.node] == ["hv01"]

def test_time_passes_when_told(pve):
    client = pve.api
    before = client.nodes("hv01").status.get()["uptime"]

    pve.advance(90)

    assert client.nodes("hv01").status.get()["uptime"] == before + 90

def test_a_fault_strikes_as_often_as_told(pve):
    fault = pve.fault("error", "/version", status=503, message="try later", times=1)

    first = requests.get(f"{pve.url}/api2/json/version", headers=pve.headers)
    second = requests.get(f"{pve.url}/api2/json/version", headers=pve.headers)

    assert (first.status_code, first.reason, second.status_code, fault.struck) == (503, "try later", 200, 1)

def test_a_dropped_connection(pve):
    pve.fault("drop", "/nodes/.*")

    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(f"{pve.url}/api2/json/nodes/hv01/qemu", headers=pve.headers)
"""

OVER_HTTPS = """
import json
import ssl
import urllib.request

import pytest
import requests

def test_a_client_that_knows_nothing_of_python_packages(pve_server):
    asked = urllib.request.Request(f"{pve_server.url}/api2/json/version", headers=pve_server.headers)
    context = ssl.create_default_context(cafile=pve_server.ca_file)

    with urllib.request.urlopen(asked, context=context) as answer:
        assert json.load(answer)["data"]["version"] == "8.4.1"

def test_the_certificate_must_be_trusted(pve_server):
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(pve_server.url)

def test_both_at_once_are_two_nodes(pve, pve_server):
    pve.api.pools.post(poolid="here")

    assert pve_server.api.pools.get() == []
    assert pve.url != pve_server.url
"""

OTHER_FACTS = """
import pytest
from fakes.pve.node import NodeFacts

@pytest.fixture
def pve_facts():
    return NodeFacts("pve7", ip="198.51.100.7")

def test_the_name(pve, pve_server):
    assert [row["node"] for row in pve.api.nodes.get()] == ["pve7"]
    assert [row["ip"] for row in pve_server.api.cluster.status.get()] == ["198.51.100.7"]
"""

NOTHING = """
import sys

def test_it_costs_nothing_where_it_is_not_used():
    assert not [name for name in sys.modules if name.startswith(("fakes.pve", "responses", "aiohttp"))]
"""


def outcomes(pytester: pytest.Pytester, text: str, *options: str) -> dict[str, int]:
    """How the tests of a file end in a pytest of its own, in which every warning is an error."""
    pytester.makepyfile(text)
    return pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider", *options).parseoutcomes()


def test_in_process(pytester: pytest.Pytester) -> None:
    assert outcomes(pytester, IN_PROCESS) == {"passed": 5}


def test_over_https(pytester: pytest.Pytester) -> None:
    assert outcomes(pytester, OVER_HTTPS) == {"passed": 3}


def test_no_test_sees_what_another_did(pytester: pytest.Pytester) -> None:
    assert outcomes(pytester, CHANGES) == {"passed": 6}


def test_no_worker_of_xdist_sees_what_another_did(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")

    assert outcomes(pytester, CHANGES, "-n", "2") == {"passed": 6}


def test_the_node_is_what_a_suite_says(pytester: pytest.Pytester) -> None:
    assert outcomes(pytester, OTHER_FACTS) == {"passed": 1}


def test_suites_that_do_not_use_it_load_nothing(pytester: pytest.Pytester) -> None:
    assert outcomes(pytester, NOTHING) == {"passed": 1}
