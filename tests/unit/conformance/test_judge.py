"""What holds for every check: scope, reach, waivers, milestones, and that not seeing is never a pass."""

from dataclasses import replace

import pytest

from conformance.checks import checks
from conformance.judge import Subject, judge
from conformance.snapshot import Snapshot
from fixtures.register import load_register
from tests.unit.conformance.cases import TODAY, changed, facts_of, findings_of, sample, snapshot_of, verdicts_of, waiver
from tests.unit.conformance.violations.changes import add_guest, add_storage, both, guest, put

ALONE = {"ROLE-01", "MAC-07", "PROV-01"}


def judged(case, *waivers, **site):
    snapshot = Snapshot(case["snapshot"])
    found = judge([Subject(snapshot, ())], replace(facts_of(case), **site), load_register(), waivers, TODAY)
    return {finding.requirement: finding for finding in found}


def test_an_empty_snapshot_passes_nothing_but_what_the_inventory_decides(tmp_path):
    case = sample("G01")
    labels = {key: case["snapshot"][key] for key in ("schema", "site", "node", "role", "declared")}

    verdicts = verdicts_of(case | {"snapshot": labels, "peer": None}, tmp_path)

    assert {name for name, verdict in verdicts.items() if verdict == "pass"} == {"ROLE-01", "MAC-07"}
    assert "fail" not in verdicts.values()


@pytest.mark.parametrize("key", sorted(sample("G01")["snapshot"].keys() - {"schema", "site", "node", "role"}))
def test_taking_a_fact_away_fails_nothing(key, tmp_path):
    before = sample("G01")["expected"]

    after = verdicts_of(changed("G01", put(key, None)), tmp_path)

    assert {name for name in after if after[name] != before[name] and after[name] != "could_not_check"} == set()


def test_an_unreachable_node_fails_reach_and_leaves_the_rest_open(tmp_path):
    verdicts = verdicts_of(changed("G02", put("reachable", {"ssh": False, "api": False})), tmp_path)

    assert verdicts["PRE-01"] == "fail"
    assert {name for name, verdict in verdicts.items() if verdict == "pass"} == ALONE
    assert [name for name, verdict in verdicts.items() if verdict == "fail"] == ["PRE-01"]


def test_an_unreachable_node_still_fails_by_its_inventory(tmp_path):
    case = changed("B73", lambda case: case["inventory"]["hosts"]["hv01"].update(pxe_boot=True))

    assert verdicts_of(case, tmp_path)["PROV-01"] == "fail"


def test_a_candidate_for_the_home_site_is_judged_once_it_is_declared(tmp_path):
    verdicts = verdicts_of(changed("G16", put("declared", True)), tmp_path)

    assert (verdicts["PRE-01"], verdicts["OS-01"], verdicts["ROLE-01"]) == ("fail", "could_not_check", "pending")


@pytest.mark.parametrize(
    ("chassis", "verdict"), [(3, "pass"), (23, "pass"), (35, "pass"), (9, "fail"), (31, "fail"), (2, "could_not_check")]
)
def test_the_home_sites_tenant_node_is_no_laptop(chassis, verdict, tmp_path):
    changes = both(
        put("declared", True),
        put("role", "tenant"),
        put("reachable.ssh", True),
        put("dmi.chassis_type", chassis),
    )

    assert verdicts_of(changed("G16", changes), tmp_path)["HW-11"] == verdict


def test_the_home_sites_gateway_is_its_own(tmp_path):
    changes = both(put("declared", True), put("reachable.ssh", True))

    assert verdicts_of(changed("G16", changes), tmp_path)["NET-01"] == "pass"


def test_a_milestone_that_is_declared_done_is_judged(tmp_path):
    verdicts = verdicts_of(sample("G01"), tmp_path, milestones=frozenset({"extended-management-plane"}))

    assert verdicts["ROLE-03"] == "fail"


def test_all_categories_of_the_management_plane_can_be_there(tmp_path):
    case = changed("G01", both(guest(102, tags=["mgmt", "ci"]), guest(103, tags=["bastion"])))

    verdicts = verdicts_of(case, tmp_path, milestones=frozenset({"extended-management-plane"}))

    assert verdicts["ROLE-03"] == "pass"


@pytest.mark.parametrize(
    ("requirement", "change", "verdict"),
    [
        ("VLAN-01", guest(201, vlan_tags=[50]), "pass"),
        ("VLAN-01", guest(201, vlan_tags=[]), "fail"),
        ("VLAN-03", guest(201, vlan_tags=[50]), "could_not_check"),
        ("PROV-04", guest(201, tags=["tenant", "terraform"]), "pass"),
        ("PROV-04", guest(201, tags=["tenant"]), "fail"),
        ("PROV-05", put("terraform", {"plan_exit_codes": {"grooveiq": 0}}), "pass"),
        ("PROV-05", put("terraform", {"plan_exit_codes": {"grooveiq": 2}}), "fail"),
    ],
)
def test_the_tenant_plans_are_judged_once_declared(requirement, change, verdict, tmp_path):
    milestones = frozenset({"tenant-networking", "tenant-terraform"})

    assert verdicts_of(changed("G02", change), tmp_path, milestones=milestones)[requirement] == verdict


def test_a_waiver_turns_a_failure_only(tmp_path):
    case = changed("G01", both(add_storage(type="pbs", shared=True), put("ha.resources", None)))

    found = judged(case, waiver("CLU-03"), waiver("CLU-02"), waiver("OS-01"))

    assert (found["CLU-03"].verdict, found["CLU-02"].verdict, found["OS-01"].verdict) == (
        "waived",
        "could_not_check",
        "pass",
    )
    assert "waiver does not cover" in found["CLU-02"].actual
    assert found["OS-01"].waiver is None


def test_a_waived_finding_names_its_waiver():
    found = judged(changed("G01", add_storage(type="pbs", shared=True)), waiver("CLU-03", ticket="LAB-7"))

    assert found["CLU-03"].waiver == {
        "requirement": "CLU-03",
        "node": "hv01",
        "reason": "agreed",
        "approved_by": "owner",
        "created": None,
        "expires": "2027-03-31",
        "ticket": "LAB-7",
        "in_force": True,
    }


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"expires": "2026-11-21"}, "waived"),
        ({"expires": "2026-11-20"}, "fail"),
        ({"created": "2026-11-21"}, "waived"),
        ({"created": "2026-11-22"}, "fail"),
        ({"node": "hv02"}, "fail"),
        ({"node": "site"}, "waived"),
    ],
)
def test_a_waiver_holds_for_its_node_and_its_days(fields, verdict):
    case = changed("G01", add_storage(type="pbs", shared=True))

    assert judged(case, waiver("CLU-03", **fields))["CLU-03"].verdict == verdict


def test_an_expired_waiver_is_said():
    case = changed("G01", add_storage(type="pbs", shared=True))

    found = judged(case, waiver("CLU-03", expires="2026-11-20"))["CLU-03"]

    assert found.hint.startswith("the waiver of owner expired on 2026-11-20; ")
    assert found.waiver is not None
    assert found.waiver["in_force"] is False


def test_the_waiver_in_force_counts_beside_an_expired_one():
    case = changed("G01", add_storage(type="pbs", shared=True))

    found = judged(case, waiver("CLU-03", expires="2026-01-01"), waiver("CLU-03", node="site"))["CLU-03"]

    assert found.verdict == "waived"


@pytest.mark.parametrize("field", ["reason", "approved_by", "expires"])
def test_a_waiver_without_owner_reason_or_expiry_waives_nothing(field, tmp_path):
    case = sample("W01")
    del case["waivers"][0][field]

    assert verdicts_of(case, tmp_path)["CLU-03"] == "fail"


def test_a_failure_says_what_was_expected_found_and_what_to_do():
    found = judged(changed("G01", put("pve.api_version", "8.4.0")))["OS-02"]

    assert (found.expected, found.actual) == (
        "Proxmox VE 8.4.1 from every source",
        "the API says 8.4.0",
    )
    assert "restart" in found.hint


def test_what_could_not_be_seen_says_why():
    case = changed("G01", both(put("ha", {}), put("missing", {"ha.resources": "pvesh: permission denied"})))

    found = judged(case)["CLU-02"]

    assert (found.verdict, found.hint) == ("could_not_check", "pvesh: permission denied")


def test_a_finding_quotes_and_hashes_what_it_rests_on():
    case = changed("G01", put("collected_at", "2026-11-21T10:00:00Z"))

    evidence = judged(case)["OS-03"].evidence

    assert [(item.how, item.excerpt, item.at) for item in evidence] == [
        ("os.id: /etc/os-release", '"debian"', "2026-11-21T10:00:00Z"),
        ("os.version_id: /etc/os-release", '"12"', "2026-11-21T10:00:00Z"),
    ]
    assert all(len(item.sha256) == 64 for item in evidence)


def test_a_word_of_a_person_is_graded_as_such(tmp_path):
    grades = {name: finding.grade for name, finding in findings_of(sample("G01"), tmp_path).items()}

    assert (grades["PROV-01"], grades["HW-09"], grades["OS-01"]) == ("attested", "inferred", "direct")


def test_memory_without_smbios_is_inferred(tmp_path):
    found = findings_of(changed("G01", put("dmi.memory_devices", None)), tmp_path)["MIN-01"]

    assert (found.verdict, found.grade) == ("pass", "inferred")


def test_a_pass_on_a_weaker_rung_names_the_rung_that_is_still_to_show():
    found = judged(changed("G01", put("rung", "fake")))

    assert (found["HW-01"].verdict, found["HW-01"].rung, found["HW-01"].needs_rung) == ("pass", "fake", "hardware")
    assert found["CLU-02"].needs_rung == ""


def test_a_snapshot_from_the_machines_leaves_no_rung_to_show():
    found = judged(changed("G01", put("rung", "hardware")))

    assert {finding.needs_rung for finding in found.values()} == {""}


def test_every_requirement_that_can_be_judged_has_a_check():
    register = load_register().requirements

    assert {name for name in register if name not in checks()} == {"CLU-06", "MAC-06"}
    assert set(checks()) <= set(register)


def test_the_judge_changes_nothing_it_is_given():
    case = changed("G01", add_guest("stray-vm01"))
    before = repr(case)

    judged(case)

    assert repr(case) == before


def test_a_value_of_another_kind_counts_as_not_collected(tmp_path):
    verdicts = verdicts_of(changed("G01", both(put("cpu.cores", "four"), put("disks", "sda"))), tmp_path)

    assert (verdicts["HW-03"], verdicts["MIN-02"]) == ("could_not_check", "could_not_check")


def test_unknown_keys_are_ignored(tmp_path):
    case = changed("G01", both(put("weather", "fine"), put("cpu.bogomips", 5600)))

    assert verdicts_of(case, tmp_path) == sample("G01")["expected"]


def test_two_nodes_are_each_others_peers():
    from conformance.judge import subjects

    first, second = subjects([snapshot_of("G01"), snapshot_of("G02")])

    assert [peer.node for peer in first.peers] == ["hv02"]
    assert second.peers[0].guest_macs == ("02:DE:20:03:00:01", "02:DE:20:04:00:01", "02:DE:20:05:00:01")


def test_a_virtual_machine_without_vt_x_says_why():
    case = changed("G01", both(put("cpu.dev_kvm", False), put("cpu.hypervisor", "qemu")))

    found = judged(case)["MIN-03"]

    assert found.verdict == "fail"
    assert found.actual.endswith("the node is itself a virtual machine (qemu), which is given no VT-x")
