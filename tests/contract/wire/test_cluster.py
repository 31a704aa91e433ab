"""Calls for another node of a cluster, which go through the node that was asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
import responses

from fakes.inprocess import mount
from fakes.pve.datacenter import COROSYNC, Datacenter
from fakes.pve.dispatch import Api
from fakes.pve.node import NodeFacts
from fakes.pve.seed import install
from tests.contract.client import Pve

CONFIG = "totem {\n  cluster_name: lab\n}\n"


@pytest.fixture
def cluster() -> Iterator[Pve]:
    """root@pam's view of a cluster of two nodes, through hv01."""
    datacenter = Datacenter([NodeFacts("hv01"), NodeFacts("hv02", ip="192.0.2.3")], root_password="cluster-pw")
    datacenter.cfs.write(COROSYNC, CONFIG)
    install(datacenter, list(datacenter.nodes.values()))
    with requests.Session() as session, responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        session.trust_env = False
        mount(mock, Api(datacenter, "hv01"), "https://hv01:8006")
        yield Pve("https://hv01:8006", datacenter, session).as_user("root@pam")


def test_a_task_runs_on_the_node_in_the_path(cluster: Pve) -> None:
    upid = cluster.post("/nodes/hv02/qemu", {"vmid": 100}).data

    assert upid.split(":")[1] == "hv02"
    assert [row["vmid"] for row in cluster.get("/nodes/hv02/qemu").data] == [100]
    assert cluster.get("/nodes/hv01/qemu").data == []


def test_a_node_that_is_off_is_no_route_to_host(cluster: Pve) -> None:
    cluster.datacenter.nodes["hv02"].is_online = False

    answer = cluster.get("/nodes/hv02/qemu")

    assert (answer.status, answer.reason, answer.body) == (595, "No route to host", b"")
    assert "Content-Type" not in answer.headers


def test_a_node_that_is_not_in_the_cluster_cannot_be_looked_up(cluster: Pve) -> None:
    assert cluster.get("/nodes/hv03/qemu").reason.startswith("hostname lookup 'hv03' failed")


def test_a_login_tells_the_clusters_name(cluster: Pve) -> None:
    login = cluster.anonymous().post("/access/ticket", {"username": "root@pam", "password": "cluster-pw"})

    assert login.data["clustername"] == "lab"
