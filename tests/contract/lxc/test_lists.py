"""Where containers show: lists, resources, statistics, consoles."""

from __future__ import annotations

from tests.contract.client import Pve
from tests.contract.lxc.container import CT, GUESTS, change, create, status


def test_the_list_has_a_row_per_container(ct: Pve) -> None:
    change(ct, tags="web", cores=2)

    assert ct.get(GUESTS).data == [
        {
            **dict.fromkeys(("cpu", "disk", "diskread", "diskwrite", "mem", "netin", "netout", "swap", "uptime"), 0),
            "cpus": 2,
            "maxdisk": 1024**3,
            "maxmem": 512 * 1024**2,
            "maxswap": 512 * 1024**2,
            "name": "web",
            "status": "stopped",
            "tags": "web",
            "type": "lxc",
            "vmid": 200,
        }
    ]


def test_the_list_is_filtered(ct: Pve) -> None:
    carl = ct.new_user("carl@pve", {"/vms/201": "PVEVMUser"})
    create(ct, vmid=201)

    assert [row["vmid"] for row in carl.get(GUESTS).data] == [201]


def test_status_says_whether_ha_manages_it(ct: Pve) -> None:
    assert status(ct)["ha"] == {"managed": 0}


def test_a_limit_stands_in_for_cores(ct: Pve) -> None:
    change(ct, cpulimit="1.5")

    assert status(ct)["cpus"] == "1.5"


def test_a_container_without_limits_has_all_processors(ct: Pve) -> None:
    assert status(ct)["cpus"] == ct.node.facts.threads


def test_a_running_container_uses_something(running: Pve) -> None:
    running.datacenter.advance(30)

    row = status(running)
    assert row["uptime"] == 30
    assert 0 < row["mem"] < row["maxmem"]
    assert 0 < row["disk"] < row["maxdisk"]


def test_resources_name_containers_lxc(ct: Pve) -> None:
    rows = [row for row in ct.get("/cluster/resources", {"type": "vm"}).data if row["type"] == "lxc"]

    assert [(row["id"], row["name"], row["status"], row["template"]) for row in rows] == [
        ("lxc/200", "web", "stopped", 0)
    ]


def test_resources_follow_the_power(running: Pve) -> None:
    rows = {row["id"]: row for row in running.get("/cluster/resources").data}

    assert rows["lxc/200"]["status"] == "running"


def test_statistics_begin_with_the_container(ct: Pve) -> None:
    ct.datacenter.advance(600)

    rows = ct.get(f"{CT}/rrddata", {"timeframe": "hour"}).data

    assert len(rows) == 70
    assert set(rows[0]) == {"time"}
    assert rows[-1]["maxmem"] == 512 * 1024**2


def test_a_console_has_port_ticket_and_certificate(ct: Pve) -> None:
    console = ct.post(f"{CT}/vncproxy", {"websocket": 1}).data

    assert console["upid"].split(":")[5:7] == ["vncproxy", "200"]
    assert console["ticket"].startswith("PVEVNC:")
    assert (console["user"], console["port"]) == ("root@pam", "5900")
    assert console["cert"].startswith("-----BEGIN CERTIFICATE-----")


def test_the_ticket_opens_the_websocket(ct: Pve) -> None:
    ticket = ct.post(f"{CT}/termproxy").data["ticket"]

    answer = ct.get(f"{CT}/vncwebsocket", {"port": 5900, "vncticket": ticket})

    assert (answer.status, answer.data) == (200, {"port": 5900})


def test_spice_needs_a_running_container(ct: Pve) -> None:
    refused = ct.post(f"{CT}/spiceproxy")

    assert (refused.status, refused.reason) == (500, "CT 200 not running")


def test_spice_answers_with_a_connection_file(running: Pve) -> None:
    answer = running.post(f"{CT}/spiceproxy").data

    assert (answer["type"], answer["title"]) == ("spice", "CT 200")


def test_no_console_without_a_container(pve: Pve) -> None:
    refused = pve.post(f"{CT}/vncproxy")

    assert refused.reason == "Configuration file 'nodes/hv01/lxc/200.conf' does not exist"


def test_a_picture_of_the_statistics_is_a_file_of_the_node(ct: Pve) -> None:
    answer = ct.get(f"{CT}/rrd", {"timeframe": "hour", "ds": "cpu,mem"})

    assert answer.data == {"filename": "/var/lib/rrdcached/db/pve2-vm/200_cpu_mem.png"}


def test_a_picture_needs_known_sources(ct: Pve) -> None:
    refused = ct.get(f"{CT}/rrd", {"timeframe": "hour", "ds": "nope"})

    assert (refused.status, refused.reason) == (500, "No DS called 'nope' in '/var/lib/rrdcached/db/pve2-vm/200'")


def test_the_cards_of_running_containers_are_counted(running: Pve) -> None:
    (row,) = running.get("/nodes/hv01/netstat").data

    assert (row["vmid"], row["dev"]) == ("200", "net0")
