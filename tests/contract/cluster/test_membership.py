"""Clusters: making one, what it tells about its members, and what a node outside one answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
import responses

from fakes.inprocess import mount
from fakes.pve.dispatch import Api
from fakes.pve.node import NodeFacts
from fakes.pve.seed import cluster
from tests.contract.client import Pve


@pytest.fixture
def pair() -> Iterator[Pve]:
    """root@pam's view of a cluster of two nodes, through hv01."""
    datacenter = cluster("lab", [NodeFacts("hv01"), NodeFacts("hv02", ip="192.0.2.3")], root_password="cluster-pw")
    with requests.Session() as session, responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        session.trust_env = False
        mount(mock, Api(datacenter, "hv01"), "https://hv01:8006")
        yield Pve("https://hv01:8006", datacenter, session).as_user("root@pam")


def test_a_standalone_node_has_no_join_information(pve: Pve) -> None:
    answer = pve.get("/cluster/config/join")

    assert (answer.status, answer.message) == (424, "node is not in a cluster, no join info available!")


def test_a_standalone_node_has_no_totem_and_no_members(pve: Pve) -> None:
    assert pve.get("/cluster/config/totem").json == {"data": None}
    assert pve.get("/cluster/config/nodes").data == []


def test_the_version_of_the_joining_protocol_is_text(pve: Pve) -> None:
    assert pve.get("/cluster/config/apiversion").data == "1"


def test_a_new_cluster_has_one_member(pve: Pve) -> None:
    upid = pve.post("/cluster/config", {"clustername": "lab"}).data

    assert pve.task(upid) == "OK"
    assert [row["name"] for row in pve.get("/cluster/config/nodes").data] == ["hv01"]
    assert pve.get("/cluster/status").data[0]["name"] == "lab"


def test_a_node_is_in_one_cluster_at_most(pve: Pve) -> None:
    pve.post("/cluster/config", {"clustername": "lab"})

    answer = pve.post("/cluster/config", {"clustername": "lab2"})

    assert answer.reason == "cluster config '/etc/pve/corosync.conf' already exists"


def test_joining_ends_in_the_task(pve: Pve) -> None:
    wanted = {"hostname": "192.0.2.9", "fingerprint": ":".join(["AB"] * 32), "password": "x"}

    upid = pve.post("/cluster/config/join", wanted).data

    assert pve.task(upid) == "500 Can't connect to 192.0.2.9:8006 (No route to host)"


def test_the_members_of_a_cluster_have_numbers_and_addresses(pair: Pve) -> None:
    rows = {row["name"]: row for row in pair.get("/cluster/config/nodes").data}

    assert rows["hv02"] == {
        "name": "hv02",
        "node": "hv02",
        "nodeid": "2",
        "quorum_votes": "1",
        "ring0_addr": "192.0.2.3",
    }


def test_the_status_of_a_cluster_counts_its_nodes(pair: Pve) -> None:
    first, *nodes = pair.get("/cluster/status").data

    assert (first["type"], first["nodes"], first["quorate"], first["version"]) == ("cluster", 2, 1, 2)
    assert [(row["name"], row["nodeid"], row["local"]) for row in nodes] == [("hv01", 1, 1), ("hv02", 2, 0)]


def test_half_the_nodes_are_no_quorum(pair: Pve) -> None:
    pair.datacenter.nodes["hv02"].is_online = False

    assert pair.get("/cluster/status").data[0]["quorate"] == 0


def test_join_information_names_the_fingerprint_that_the_node_list_shows(pair: Pve) -> None:
    shown = {row["node"]: row["ssl_fingerprint"] for row in pair.get("/nodes").data}

    found = pair.get("/cluster/config/join").data

    assert {row["name"]: row["pve_fp"] for row in found["nodelist"]} == shown


def test_a_removed_member_is_gone_from_corosync_conf(pair: Pve) -> None:
    pair.delete("/cluster/config/nodes/hv02")

    assert [row["name"] for row in pair.get("/cluster/config/nodes").data] == ["hv01"]
    assert pair.get("/cluster/config/totem").data["config_version"] == "3"


def test_a_node_that_is_no_member_cannot_be_removed(pair: Pve) -> None:
    answer = pair.delete("/cluster/config/nodes/hv09")

    assert (answer.status, answer.reason) == (500, "Node/IP: hv09 is not a known host of the cluster.")


def test_a_sleeping_node_is_woken_by_its_address(pair: Pve) -> None:
    pair.datacenter.cfs.write("nodes/hv02/config", "wakeonlan: 02:DE:20:00:00:02\n")
    pair.datacenter.nodes["hv02"].is_online = False

    answer = pair.post("/nodes/hv02/wakeonlan")

    assert answer.data == "02:DE:20:00:00:02"
    assert pair.datacenter.nodes["hv02"].is_online


def test_a_node_without_an_address_cannot_be_woken(pair: Pve) -> None:
    assert pair.post("/nodes/hv02/wakeonlan").reason == "No wake on LAN MAC address defined for 'hv02'!"


def test_the_cluster_log_tells_what_tasks_began(pair: Pve) -> None:
    upid = pair.post("/nodes/hv02/qemu", {"vmid": 100}).data

    messages = [(row["node"], row["msg"]) for row in pair.get("/cluster/log").data]

    assert ("hv02", f"starting task {upid}") in messages
