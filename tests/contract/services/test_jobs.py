"""Metric servers, realm jobs, schedules and replication."""

from __future__ import annotations

from tests.contract.client import Pve

SERVERS = "/cluster/metrics/server"
REALM_JOBS = "/cluster/jobs/realm-sync"
ANALYZE = "/cluster/jobs/schedule-analyze"


def with_ldap(pve: Pve) -> None:
    params = {
        "realm": "ld",
        "type": "ldap",
        "server1": "192.0.2.9",
        "base_dn": "dc=example,dc=test",
        "user_attr": "uid",
    }
    assert pve.post("/access/domains", params).status == 200


def test_the_list_of_metric_servers_says_which_are_off(pve: Pve) -> None:
    pve.post(f"{SERVERS}/gr", {"type": "graphite", "server": "192.0.2.30", "port": 2003, "disable": 1, "path": "lab"})

    assert pve.get(SERVERS).data == [
        {"id": "gr", "type": "graphite", "server": "192.0.2.30", "port": 2003, "disable": 1}
    ]
    assert pve.get(f"{SERVERS}/gr").data["path"] == "lab"


def test_a_metric_server_is_kept_with_port_and_server_first(pve: Pve) -> None:
    pve.post(f"{SERVERS}/g1", {"type": "graphite", "server": "192.0.2.30", "port": 2003, "disable": 1})

    text = "graphite: g1\n\tport 2003\n\tserver 192.0.2.30\n\tdisable 1\n\n"
    assert pve.datacenter.cfs.read("status.cfg") == text


def test_a_metric_server_takes_no_option_of_another_type(pve: Pve) -> None:
    answer = pve.post(f"{SERVERS}/gr", {"type": "graphite", "server": "192.0.2.30", "port": 2003, "bucket": "b"})

    assert (answer.status, answer.reason) == (500, "unexpected property 'bucket'")


def test_an_unknown_metric_server_cannot_be_read(pve: Pve) -> None:
    answer = pve.get(f"{SERVERS}/nope")

    assert (answer.status, answer.reason) == (500, "status server entry 'nope' does not exist")


def test_the_export_has_the_nodes_latest_metrics(pve: Pve) -> None:
    rows = pve.get("/cluster/metrics/export").data["data"]

    total = next(row for row in rows if row["metric"] == "mem_total")
    assert (total["id"], total["type"], total["value"]) == ("node/hv01", "gauge", pve.node.facts.memory_bytes)


def test_a_realm_job_needs_a_scope(pve: Pve) -> None:
    with_ldap(pve)

    answer = pve.post(f"{REALM_JOBS}/r1", {"realm": "ld", "schedule": "daily"})

    assert (answer.status, answer.reason) == (500, "missing value for required option 'scope'")


def test_a_realm_job_needs_its_realm(pve: Pve) -> None:
    answer = pve.post(f"{REALM_JOBS}/r1", {"realm": "nope", "schedule": "daily", "scope": "users"})

    assert answer.message == "400 Parameter verification failed.\nrealm: No such realm 'nope'\n"


def test_a_realm_job_lives_beside_the_backup_jobs(pve: Pve) -> None:
    with_ldap(pve)
    pve.post("/cluster/backup", {"id": "nightly", "schedule": "02:30", "all": 1})

    pve.post(f"{REALM_JOBS}/r1", {"realm": "ld", "schedule": "daily", "scope": "both"})

    assert [row["id"] for row in pve.get(REALM_JOBS).data] == ["r1"]
    assert [row["id"] for row in pve.get("/cluster/backup").data] == ["nightly"]


def test_an_option_of_a_realm_job_can_be_deleted(pve: Pve) -> None:
    with_ldap(pve)
    pve.post(f"{REALM_JOBS}/r1", {"realm": "ld", "schedule": "daily", "scope": "both", "comment": "c"})

    answer = pve.put(f"{REALM_JOBS}/r1", {"schedule": "weekly", "delete": "comment"})

    assert answer.status == 200
    assert "comment" not in pve.get(f"{REALM_JOBS}/r1").data


def test_a_schedule_is_looked_at_in_the_nodes_time_zone(pve: Pve) -> None:
    rows = pve.get(ANALYZE, {"schedule": "daily", "iterations": 2, "starttime": 1767225600}).data

    assert rows == [
        {"timestamp": 1767308400, "utc": "Thu Jan  1 23:00:00 2026"},
        {"timestamp": 1767394800, "utc": "Fri Jan  2 23:00:00 2026"},
    ]


def test_a_node_alone_replicates_to_nobody(pve: Pve) -> None:
    answer = pve.post("/cluster/replication", {"id": "101-0", "type": "local", "target": "hv01"})

    assert (answer.status, answer.reason) == (500, "Target 'hv01' does not exist.")


def test_there_is_no_replication_job_to_run(pve: Pve) -> None:
    answer = pve.post("/nodes/hv01/replication/101-0/schedule_now")

    assert (answer.status, answer.reason) == (500, "no such replication job '101-0'")
