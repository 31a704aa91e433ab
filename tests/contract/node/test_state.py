"""A node's state, services, log and certificates."""

from __future__ import annotations

import hashlib
import ssl

import pytest
import requests

from fakes.pve.durations import LAB
from tests.contract.client import Pve

NODE = "/nodes/hv01"


def test_the_processor_of_the_status_is_the_nodes_own(pve: Pve) -> None:
    found, facts = pve.get(f"{NODE}/status").data, pve.node.facts

    assert found["cpuinfo"]["model"] == facts.cpu_model
    assert (found["cpuinfo"]["sockets"], found["cpuinfo"]["cores"], found["cpuinfo"]["cpus"]) == (1, 4, 8)
    assert found["memory"]["total"] == facts.memory_bytes


def test_status_and_resources_agree_on_memory(pve: Pve) -> None:
    status = pve.get(f"{NODE}/status").data
    row = pve.get("/cluster/resources", {"type": "node"}).data[0]

    assert (row["mem"], row["maxmem"]) == (status["memory"]["used"], status["memory"]["total"])


def test_statistics_begin_with_the_start_of_the_node(pve: Pve) -> None:
    pve.node.boot()
    pve.datacenter.advance(120)

    rows = pve.get(f"{NODE}/rrddata", {"timeframe": "hour"}).data

    assert [len(row) > 1 for row in rows].count(True) in (2, 3)


def test_a_reboot_turns_guests_off_and_starts_those_that_start_with_the_node(pve: Pve) -> None:
    pve.post(f"{NODE}/qemu", {"vmid": 100, "onboot": 1})
    pve.post(f"{NODE}/qemu", {"vmid": 101})
    pve.post(f"{NODE}/qemu/100/status/start")
    pve.post(f"{NODE}/qemu/101/status/start")

    pve.post(f"{NODE}/status", {"command": "reboot"})

    states = {row["vmid"]: row["status"] for row in pve.get(f"{NODE}/qemu").data}
    assert states == {100: "running", 101: "stopped"}
    assert pve.get(f"{NODE}/status").data["uptime"] == 0


def test_a_stopped_service_is_dead(pve: Pve) -> None:
    upid = pve.post(f"{NODE}/services/pvestatd/stop").data

    assert pve.task(upid) == "OK"
    assert pve.get(f"{NODE}/services/pvestatd/state").data["state"] == "dead"


def test_a_service_the_api_needs_is_not_stopped(pve: Pve) -> None:
    upid = pve.post(f"{NODE}/services/pveproxy/stop").data

    assert pve.task(upid) == "invalid service cmd 'pveproxy stop': refusing to stop essential service!"


def test_corosync_runs_as_soon_as_there_is_a_cluster(pve: Pve) -> None:
    assert pve.get(f"{NODE}/services/corosync/state").data["state"] == "dead"

    pve.post("/cluster/config", {"clustername": "lab"})

    assert pve.get(f"{NODE}/services/corosync/state").data["state"] == "running"


def test_the_log_tells_of_tasks(pve: Pve) -> None:
    upid = pve.post(f"{NODE}/qemu", {"vmid": 100}).data

    lines = [row["t"] for row in pve.get(f"{NODE}/syslog", {"limit": 0}).data]

    assert lines[-1].endswith(f"<root@pam> end task {upid} OK")


def test_the_log_is_paged(pve: Pve) -> None:
    answer = pve.get(f"{NODE}/syslog", {"start": 1, "limit": 2})

    assert [row["n"] for row in answer.data] == [2, 3]
    assert answer.total == 4


def test_the_journal_goes_on_from_a_cursor(pve: Pve) -> None:
    *_, cursor = pve.get(f"{NODE}/journal").data
    upid = pve.post(f"{NODE}/qemu", {"vmid": 100}).data

    lines = pve.get(f"{NODE}/journal", {"startcursor": cursor}).data

    assert [upid in line for line in lines] == [False, True, True, False]


def test_the_fingerprint_is_that_of_the_certificate(pve: Pve) -> None:
    rows = {row["filename"]: row for row in pve.get(f"{NODE}/certificates/info").data}

    der = ssl.PEM_cert_to_DER_cert(rows["pve-ssl.pem"]["pem"])
    assert rows["pve-ssl.pem"]["fingerprint"].replace(":", "").lower() == hashlib.sha256(der).hexdigest()
    assert pve.get("/nodes").data[0]["ssl_fingerprint"] == rows["pve-ssl.pem"]["fingerprint"]


def test_the_cluster_s_authority_issued_the_nodes_certificate(pve: Pve) -> None:
    authority, own = pve.get(f"{NODE}/certificates/info").data

    assert own["issuer"] == authority["subject"]


def test_a_certificate_needs_its_own_key(pve: Pve) -> None:
    pem = pve.get(f"{NODE}/certificates/info").data[0]["pem"]
    key = pve.datacenter.cfs.read("nodes/hv01/pve-ssl.key")

    answer = pve.post(f"{NODE}/certificates/custom", {"certificates": pem, "key": key})

    assert (answer.status, answer.reason) == (500, "key does not match the certificate")


def test_ceph_is_not_installed(pve: Pve) -> None:
    answer = pve.get(f"{NODE}/ceph/status")

    assert (answer.status, answer.reason) == (500, "binary not installed: /usr/bin/ceph-mon")


def test_no_subscription_is_told_without_its_server_to_those_without_rights(pve: Pve) -> None:
    found = pve.new_user("alice@pve").get(f"{NODE}/subscription").data

    assert found["status"] == "notfound"
    assert "serverid" not in found


@pytest.mark.parametrize("pve", ["in process"], indirect=True)
def test_a_node_that_reboots_does_not_answer(pve: Pve) -> None:
    pve.datacenter.durations = LAB

    pve.post(f"{NODE}/status", {"command": "reboot"})

    with pytest.raises(requests.ConnectionError):
        pve.get(f"{NODE}/status")


@pytest.mark.parametrize("pve", ["in process"], indirect=True)
def test_a_rebooted_node_answers_again_after_a_while(pve: Pve) -> None:
    pve.datacenter.durations = LAB
    pve.post(f"{NODE}/status", {"command": "reboot"})

    pve.datacenter.advance(90)

    assert pve.get(f"{NODE}/status").data["uptime"] == 0
