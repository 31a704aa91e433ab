"""Aliases, address sets, what rules may refer to, and options."""

from __future__ import annotations

from tests.contract.client import Pve

ALIASES = "/cluster/firewall/aliases"
SETS = "/cluster/firewall/ipset"
OPTIONS = "/cluster/firewall/options"


def test_an_alias_is_found_without_regard_to_case(pve: Pve) -> None:
    pve.post(ALIASES, {"name": "Office", "cidr": "192.0.2.10", "comment": "desk"})

    alias = {"name": "Office", "cidr": "192.0.2.10", "ipversion": 4, "comment": "desk"}
    assert pve.get(f"{ALIASES}/office").data == alias


def test_a_renamed_alias_loses_a_comment_that_is_not_given_again(pve: Pve) -> None:
    pve.post(ALIASES, {"name": "builder", "cidr": "192.0.2.95", "comment": "b"})

    pve.put(f"{ALIASES}/builder", {"cidr": "192.0.2.96", "rename": "builder2"})

    row = {"cidr": "192.0.2.96", "ipversion": 4, "name": "builder2"}
    assert pve.get(ALIASES).data == [{**row, "digest": pve.get(ALIASES).data[0]["digest"]}]


def test_an_alias_exists_once(pve: Pve) -> None:
    pve.post(ALIASES, {"name": "gw", "cidr": "192.0.2.1"})

    answer = pve.post(ALIASES, {"name": "GW", "cidr": "192.0.2.2"})

    assert answer.errors == {"name": "alias 'GW' already exists"}


def test_a_set_is_kept_with_comments_and_exclusions(pve: Pve) -> None:
    pve.post(SETS, {"name": "mgmt", "comment": "admins"})
    pve.post(f"{SETS}/mgmt", {"cidr": "192.0.2.7", "nomatch": 1})

    pve.post(f"{SETS}/mgmt", {"cidr": "192.0.2.0/24", "comment": "office"})

    text = "[IPSET mgmt] # admins\n\n192.0.2.0/24 # office\n!192.0.2.7\n\n"
    assert pve.datacenter.cfs.read("firewall/cluster.fw") == text


def test_a_network_of_a_set_is_read_by_its_path(pve: Pve) -> None:
    pve.post(SETS, {"name": "mgmt"})
    pve.post(f"{SETS}/mgmt", {"cidr": "192.0.2.0/24", "comment": "office"})

    entry = pve.get(f"{SETS}/mgmt/192.0.2.0/24").data

    assert (entry["cidr"], entry["comment"]) == ("192.0.2.0/24", "office")


def test_a_set_with_members_is_deleted_by_force_only(pve: Pve) -> None:
    pve.post(SETS, {"name": "mgmt"})
    pve.post(f"{SETS}/mgmt", {"cidr": "192.0.2.7"})

    refused = pve.delete(f"{SETS}/mgmt")

    assert (refused.status, refused.reason) == (500, "IPSet 'mgmt' is not empty")
    assert pve.delete(f"{SETS}/mgmt", {"force": 1}).status == 200
    assert pve.get(SETS).data == []


def test_a_single_address_needs_no_prefix_length(pve: Pve) -> None:
    pve.post(SETS, {"name": "mgmt"})
    pve.post(f"{SETS}/mgmt", {"cidr": "192.0.2.7/32"})

    answer = pve.post(f"{SETS}/mgmt", {"cidr": "192.0.2.7"})

    assert answer.errors == {"cidr": "address '192.0.2.7' already exists"}


def test_a_guests_set_may_name_an_alias_of_the_datacenter(pve: Pve) -> None:
    pve.post(ALIASES, {"name": "gw", "cidr": "192.0.2.1"})
    guest = "/nodes/hv01/qemu/101/firewall/ipset"
    pve.post(guest, {"name": "own"})

    assert pve.post(f"{guest}/own", {"cidr": "dc/gw"}).status == 200
    assert pve.post(f"{guest}/own", {"cidr": "guest/gw"}).reason == "no such alias 'gw'"


def test_a_member_whose_alias_went_away_is_shown_with_its_error(pve: Pve) -> None:
    pve.post(ALIASES, {"name": "gw", "cidr": "192.0.2.1"})
    pve.post(SETS, {"name": "mgmt"})
    pve.post(f"{SETS}/mgmt", {"cidr": "dc/gw"})

    pve.delete(f"{ALIASES}/gw")

    assert pve.get(f"{SETS}/mgmt").data[0]["errors"] == {"cidr": "no such alias 'gw'"}


def test_a_guest_may_refer_to_its_own_names_and_those_of_the_datacenter(pve: Pve) -> None:
    pve.post(ALIASES, {"name": "gw", "cidr": "192.0.2.1"})
    pve.post("/nodes/hv01/qemu/101/firewall/ipset", {"name": "blocked", "comment": "set"})

    rows = pve.get("/nodes/hv01/qemu/101/firewall/refs").data

    assert rows == [
        {"type": "alias", "name": "gw", "ref": "gw", "scope": "dc"},
        {"type": "ipset", "name": "blocked", "ref": "+blocked", "scope": "guest", "comment": "set"},
    ]


def test_options_of_nothing_are_only_their_digest(pve: Pve) -> None:
    assert pve.get(OPTIONS).data == {"digest": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}


def test_options_are_numbers_where_they_are_switches(pve: Pve) -> None:
    pve.put(OPTIONS, {"enable": 1, "policy_in": "DROP"})

    options = pve.get(OPTIONS).data

    assert (options["enable"], options["policy_in"]) == (1, "DROP")


def test_an_option_that_does_not_exist_cannot_be_deleted(pve: Pve) -> None:
    answer = pve.put(OPTIONS, {"delete": "nonsense"})

    assert answer.errors == {"delete": "no such option 'nonsense'"}


def test_the_file_goes_with_the_last_setting(pve: Pve) -> None:
    pve.put("/nodes/hv01/firewall/options", {"enable": 1})

    pve.put("/nodes/hv01/firewall/options", {"delete": "enable"})

    assert "nodes/hv01/host.fw" not in pve.datacenter.cfs


def test_an_empty_log_says_so(pve: Pve) -> None:
    answer = pve.get("/nodes/hv01/firewall/log")

    assert answer.data == [{"n": 1, "t": "no content"}]
    assert answer.total is None


def test_a_guests_log_has_only_its_own_lines(pve: Pve) -> None:
    pve.node.files.write("var/log/pve-firewall.log", "0 5 - host\n101 6 - drop\n102 6 - drop\n")

    rows = pve.get("/nodes/hv01/qemu/101/firewall/log").data

    assert rows == [{"n": 1, "t": "101 6 - drop"}]
