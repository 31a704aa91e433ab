"""Names, time, options and package sources of a node."""

from __future__ import annotations

import pytest

from tests.contract.client import Pve

NODE = "/nodes/hv01"


def test_name_servers_that_are_not_given_are_removed(pve: Pve) -> None:
    pve.put(f"{NODE}/dns", {"search": "lab.example.test"})

    assert pve.get(f"{NODE}/dns").data == {"search": "lab.example.test"}


def test_only_the_first_word_of_a_search_domain_is_read(pve: Pve) -> None:
    pve.put(f"{NODE}/dns", {"search": "a b", "dns1": "192.0.2.9"})

    assert pve.get(f"{NODE}/dns").data == {"search": "a", "dns1": "192.0.2.9"}


def test_other_lines_of_resolv_conf_stay(pve: Pve) -> None:
    pve.node.files.write("etc/resolv.conf", "options timeout:1\nnameserver 192.0.2.1\n")

    pve.put(f"{NODE}/dns", {"search": "x.test", "dns1": "192.0.2.3"})

    assert pve.node.files.read("etc/resolv.conf") == "search x.test\nnameserver 192.0.2.3\noptions timeout:1\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [("no.address here\n", "Invalid IP 'no.address'"), ("192.0.2.1 a_b\n", "Invalid Hostname 'a_b'")],
)
def test_a_hosts_file_has_addresses_and_names(pve: Pve, text: str, problem: str) -> None:
    answer = pve.post(f"{NODE}/hosts", {"data": text})

    assert (answer.status, answer.errors) == (400, {"data": problem})


def test_a_hosts_file_changed_by_others_is_not_overwritten(pve: Pve) -> None:
    answer = pve.post(f"{NODE}/hosts", {"data": "127.0.0.1 localhost\n", "digest": "0" * 40})

    assert (answer.status, answer.reason) == (
        500,
        "detected modified configuration - file changed by other user? Try again.",
    )


def test_local_time_is_what_the_clock_on_the_wall_shows(pve: Pve) -> None:
    pve.put(f"{NODE}/time", {"timezone": "Etc/GMT-5"})

    found = pve.get(f"{NODE}/time").data

    assert found["localtime"] - found["time"] == 5 * 3600


def test_an_unknown_time_zone_is_refused(pve: Pve) -> None:
    answer = pve.put(f"{NODE}/time", {"timezone": "Mars/Base"})

    assert (answer.status, answer.errors) == (400, {"timezone": "No such timezone"})


def test_a_description_ends_in_a_newline_and_is_a_comment_in_the_file(pve: Pve) -> None:
    pve.put(f"{NODE}/config", {"description": "rack 1", "startall-onboot-delay": 10})

    assert pve.get(f"{NODE}/config", {"property": "description"}).data == {"description": "rack 1\n"}
    assert pve.datacenter.cfs.read("nodes/hv01/config") == "#rack 1\nstartall-onboot-delay: 10\n"


def test_a_domain_is_ordered_by_one_option_only(pve: Pve) -> None:
    pve.put(f"{NODE}/config", {"acmedomain0": "c.example.test"})

    answer = pve.put(f"{NODE}/config", {"acmedomain1": "c.example.test"})

    where = "ACME config properties 'acmedomain1' and 'acmedomain0'"
    assert (answer.status, answer.reason) == (500, f"duplicate domain 'c.example.test' in {where}")


def test_the_digest_of_the_package_sources_changes_with_them(pve: Pve) -> None:
    before = pve.get(f"{NODE}/apt/repositories").data["digest"]

    pve.post(f"{NODE}/apt/repositories", {"path": "/etc/apt/sources.list", "index": 0, "enabled": 0})

    after = pve.get(f"{NODE}/apt/repositories").data["digest"]
    assert before != after
    assert len(after) == 64


def test_a_repository_that_is_off_is_a_comment(pve: Pve) -> None:
    path = "/etc/apt/sources.list.d/pve-enterprise.list"

    pve.post(f"{NODE}/apt/repositories", {"path": path, "index": 0, "enabled": 0})

    assert (pve.node.files.read(path[1:]) or "").startswith("# deb https://enterprise.proxmox.com/debian/pve bookworm")
    states = {one["handle"]: one.get("status") for one in pve.get(f"{NODE}/apt/repositories").data["standard-repos"]}
    assert states["enterprise"] == 0


def test_a_repository_is_added_by_its_handle(pve: Pve) -> None:
    pve.put(f"{NODE}/apt/repositories", {"handle": "no-subscription"})

    last = "deb http://download.proxmox.com/debian/pve bookworm pve-no-subscription\n"
    assert (pve.node.files.read("etc/apt/sources.list") or "").endswith(last)


def test_several_calls_are_answered_in_one_reply(pve: Pve) -> None:
    commands = '[{"path":"/version","method":"GET"},{"path":"/nope","method":"GET"}]'

    first, second = pve.post(f"{NODE}/execute", {"commands": commands}).data

    assert (first["status"], first["data"]["release"]) == (200, "8.4")
    assert second == {"status": 500, "message": "no handler for '/nope'\n"}
