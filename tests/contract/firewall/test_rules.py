"""Rules at every level: their order, their checks, the file they are kept in."""

from __future__ import annotations

import pytest

from tests.contract.client import Answer, Pve

LEVELS = (
    pytest.param("/cluster/firewall", "firewall/cluster.fw", id="datacenter"),
    pytest.param("/nodes/hv01/firewall", "nodes/hv01/host.fw", id="node"),
    pytest.param("/nodes/hv01/qemu/101/firewall", "firewall/101.fw", id="vm"),
    pytest.param("/nodes/hv01/lxc/102/firewall", "firewall/102.fw", id="container"),
)
RULES = "/cluster/firewall/rules"


def add(pve: Pve, path: str = RULES, **params: object) -> Answer:
    answer = pve.post(path, {"type": "in", "action": "ACCEPT", **params})
    assert answer.status == 200, answer.reason
    return answer


def comments(pve: Pve) -> list[str]:
    return [row["comment"] for row in pve.get(RULES).data]


@pytest.mark.parametrize(("prefix", "path"), LEVELS)
def test_each_level_keeps_its_rules_in_its_own_file(pve: Pve, prefix: str, path: str) -> None:
    add(pve, f"{prefix}/rules", macro="SSH", source="192.0.2.0/24", enable=1, log="nolog", comment="admins")

    text = "[RULES]\n\nIN SSH(ACCEPT) -source 192.0.2.0/24 -log nolog # admins\n\n"
    assert pve.datacenter.cfs.read(path) == text


def test_a_rule_is_disabled_unless_said_otherwise(pve: Pve) -> None:
    add(pve)

    assert pve.get(RULES).data[0]["enable"] == 0
    assert pve.datacenter.cfs.read("firewall/cluster.fw") == "[RULES]\n\n|IN ACCEPT\n\n"


def test_a_new_rule_goes_to_the_top_whatever_its_position(pve: Pve) -> None:
    add(pve, comment="first")

    add(pve, comment="second", pos=99)

    assert comments(pve) == ["second", "first"]


def test_a_moved_rule_lands_before_the_one_at_its_target(pve: Pve) -> None:
    add(pve, comment="c")
    add(pve, comment="b")
    add(pve, comment="a")

    pve.put(f"{RULES}/0", {"moveto": 2, "comment": "ignored"})

    assert comments(pve) == ["b", "a", "c"]


def test_a_target_beyond_the_end_is_the_end(pve: Pve) -> None:
    add(pve, comment="b")
    add(pve, comment="a")

    pve.put(f"{RULES}/0", {"moveto": 50})

    assert comments(pve) == ["b", "a"]


def test_a_single_rule_has_its_position_as_text(pve: Pve) -> None:
    add(pve)

    assert pve.get(f"{RULES}/0").data["pos"] == "0"
    assert pve.get(RULES).data[0]["pos"] == 0


def test_the_digest_of_rules_covers_their_keys_and_values(pve: Pve) -> None:
    add(pve, dport="22", proto="tcp", enable=1)

    assert pve.get(RULES).data[0]["digest"] == "82ff54375d64432ed03ad8e1833e6691f1a3af58"


def test_a_stale_digest_keeps_a_rule_from_being_deleted(pve: Pve) -> None:
    add(pve)

    answer = pve.delete(f"{RULES}/0", {"digest": "0" * 40})

    assert answer.status == 500
    assert answer.reason == "detected modified configuration - file changed by other user? Try again."


def test_there_is_no_rule_beyond_the_last(pve: Pve) -> None:
    answer = pve.delete(f"{RULES}/9")

    assert (answer.status, answer.reason) == (500, "no rule at position 9")


def test_a_dash_takes_a_field_out(pve: Pve) -> None:
    add(pve, source="192.0.2.1", comment="x")

    pve.put(f"{RULES}/0", {"comment": "-"})

    assert "comment" not in pve.get(f"{RULES}/0").data


@pytest.mark.parametrize(
    ("params", "errors"),
    [
        ({"dport": "22"}, {"proto": "missing property - 'dport' requires this property"}),
        ({"dport": "22", "proto": "esp"}, {"dport": "protocol 'esp' does not support ports"}),
        ({"macro": "NoSuch"}, {"macro": "unknown macro 'NoSuch'"}),
        ({"source": "+none"}, {"source": "no such ipset 'none'"}),
        ({"dest": "nobody"}, {"dest": "no such alias 'nobody'"}),
        (
            {"source": "192.0.2.1", "dest": "2001:db8::1"},
            {"dest": "detected mixed ipv4/ipv6 addresses in rule"},
        ),
        ({"action": "PASS"}, {"action": "unknown action 'PASS'"}),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(pve: Pve, params: dict[str, str], errors: dict[str, str]) -> None:
    answer = pve.post(RULES, {"type": "in", "action": "ACCEPT", **params})

    assert answer.status == 400
    assert answer.errors == errors
    assert pve.get(RULES).data == []


def test_a_macro_gets_its_own_spelling(pve: Pve) -> None:
    add(pve, macro="ssh")

    assert pve.get(RULES).data[0]["macro"] == "SSH"


def test_a_guests_rule_names_its_interface_by_number(pve: Pve) -> None:
    answer = pve.post("/nodes/hv01/qemu/101/firewall/rules", {"type": "in", "action": "ACCEPT", "iface": "eth0"})

    assert answer.errors == {"iface": r"value does not match the regex pattern 'net\d+'"}


def test_a_rule_whose_alias_went_away_is_shown_with_its_error(pve: Pve) -> None:
    pve.post("/cluster/firewall/aliases", {"name": "builder", "cidr": "192.0.2.9"})
    add(pve, source="builder")

    pve.delete("/cluster/firewall/aliases/builder")

    assert pve.get(RULES).data[0]["errors"] == {"source": "no such alias 'builder'"}


def test_a_group_may_be_used_before_it_exists(pve: Pve) -> None:
    answer = pve.post(RULES, {"type": "group", "action": "later"})

    assert answer.status == 200


def test_rules_of_a_security_group_live_in_the_datacenters_file(pve: Pve) -> None:
    pve.post("/cluster/firewall/groups", {"group": "web", "comment": "servers"})

    add(pve, "/cluster/firewall/groups/web", macro="HTTP", enable=1)

    assert pve.datacenter.cfs.read("firewall/cluster.fw") == "[group web] # servers\n\nIN HTTP(ACCEPT)\n\n"


def test_a_group_with_rules_is_not_deleted(pve: Pve) -> None:
    pve.post("/cluster/firewall/groups", {"group": "web"})
    add(pve, "/cluster/firewall/groups/web", macro="HTTP")

    answer = pve.delete("/cluster/firewall/groups/web")

    assert (answer.status, answer.reason) == (500, "Security group 'web' is not empty")


def test_an_unknown_group_has_no_rules(pve: Pve) -> None:
    answer = pve.get("/cluster/firewall/groups/none")

    assert (answer.status, answer.reason) == (500, "no such security group 'none'")
