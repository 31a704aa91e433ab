"""Snapshot files and bundles: what is taken from them, and what is said about what is wrong."""

import json
from datetime import date

import pytest

from conformance.audit import Overrides, recorded_run
from conformance.recorded import read_recorded
from conformance.results import conclude
from fixtures.errors import ConfigError
from fixtures.register import load_register
from fixtures.site import load_site
from tests.unit.conformance.cases import sample


def read(folder, case):
    path = folder / "case.json"
    path.write_text(json.dumps(case), encoding="utf-8")
    return read_recorded([path])[0]


def verdicts(folder, case, **given):
    path = folder / "case.json"
    path.write_text(json.dumps(case), encoding="utf-8")
    run, _ = recorded_run(load_site("dvntm"), [path], (), Overrides(**given))
    return {finding.requirement: finding.verdict for finding in conclude(run, load_register()).findings}


def test_a_bundle_brings_its_own_surroundings(tmp_path):
    item = read(tmp_path, sample("W01"))

    assert item.is_bundle
    assert item.peer is not None
    assert item.inventory is not None
    assert (item.peer.node, item.as_of) == ("hv02", date(2026, 11, 21))
    assert [waiver.requirement for waiver in item.waivers or ()] == ["CLU-03"]


def test_a_plain_snapshot_brings_none(tmp_path):
    item = read(tmp_path, sample("W01")["snapshot"])

    assert (item.is_bundle, item.peer, item.inventory, item.waivers, item.as_of) == (False, None, None, None, None)


def test_a_plain_snapshot_may_carry_its_peer(tmp_path):
    case = sample("G01")

    item = read(tmp_path, case["snapshot"] | {"peer": case["peer"]})

    assert item.peer is not None
    assert item.peer.guest_macs == ("BC:24:11:11:22:33",)


def test_nothing_known_of_the_inventory_is_not_the_sites_inventory(tmp_path):
    found = verdicts(tmp_path, sample("G01") | {"inventory": None})

    assert {name: found[name] for name in ("ROLE-01", "MAC-01", "MAC-07", "ID-02")} == dict.fromkeys(
        ("ROLE-01", "MAC-01", "MAC-07", "ID-02"), "could_not_check"
    )


def test_an_inventory_on_the_command_line_replaces_the_bundles(tmp_path):
    assert verdicts(tmp_path, sample("G01") | {"inventory": None}, inventory=True)["ROLE-01"] == "pass"


def test_the_tables_own_list_of_hypervisors_counts(tmp_path):
    case = sample("G01")
    case["inventory"]["hypervisors"] = {}

    assert verdicts(tmp_path, case)["ROLE-01"] == "pending"


def test_a_list_of_boot_configurations_counts_for_its_hosts(tmp_path):
    case = sample("G01")
    case["inventory"]["bootstrap_grub_mac_configs"] = ["hv01"]

    assert verdicts(tmp_path, case)["PROV-01"] == "fail"


def test_empty_fields_of_a_waiver_are_as_good_as_absent(tmp_path):
    case = sample("W01")
    case["waivers"][0] |= {"ticket": None, "created": None, "remark": "x"}

    assert verdicts(tmp_path, case)["CLU-03"] == "waived"


def test_an_unusable_waiver_is_remarked_upon(tmp_path):
    case = sample("W01")
    del case["waivers"][0]["expires"]

    assert "waivers[0] does not waive: expires is missing" in read(tmp_path, case).remarks[0]


def test_a_sample_of_another_site_is_judged_by_that_site(tmp_path):
    case = sample("G16")
    case["snapshot"] |= {"declared": True, "role": "tenant", "reachable": {"ssh": True, "api": False}}
    case["snapshot"]["dmi"]["chassis_type"] = 9

    found = verdicts(tmp_path, case)

    assert (found["HW-11"], found["HW-01"], found["NET-01"]) == ("fail", "not_applicable", "pass")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"{", ":1: not JSON"),
        (b"[]", "not a JSON object"),
        (b"\xff", "not UTF-8 text"),
        (b'{"schema": "labctl/snapshot/2", "node": "hv01"}', "expected 'labctl/snapshot/1'"),
        (b'{"schema": "labctl/snapshot/1"}', "names no node"),
        (b'{"snapshot": {"schema": "labctl/snapshot/1", "node": "a"}, "audit_date": "soon"}', "audit_date is 'soon'"),
        (
            b'{"snapshot": {"schema": "labctl/snapshot/1", "node": "a"}, "inventory": {"hosts": 3}}',
            "not an inventory table",
        ),
    ],
)
def test_a_file_that_is_no_snapshot_is_named(content, problem, tmp_path):
    path = tmp_path / "file.json"
    path.write_bytes(content)

    with pytest.raises(ConfigError) as caught:
        read_recorded([path])

    assert str(path) in str(caught.value)
    assert problem in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match="No such file or directory"):
        read_recorded([tmp_path / "none.json"])
