"""GO, NO-GO, INCOMPLETE, CONDITIONAL, PENDING: which findings make which, and what the exit code is."""

from datetime import date

import pytest

from conformance.findings import Finding
from conformance.verdict import counts, decide, lost
from tests.unit.conformance.cases import TODAY, waiver


def finding(verdict="pass", severity="critical", requirement="OS-01", subject="hv01", **fields):
    known = {"title": "t", "rung": "hardware", "grade": "direct", "expected": "e", "actual": "a", "where": "w"}
    return Finding(
        requirement=requirement,
        subject=subject,
        verdict=verdict,
        severity=severity,
        hint="",
        page="p",
        section="s",
        **{**known, **fields},
    )


def decided(*findings, is_pending_site=False, **extra):
    return decide(findings, is_pending_site=is_pending_site, as_of=TODAY, **extra)


@pytest.mark.parametrize(
    ("verdict", "severity", "decision", "code"),
    [
        ("pass", "critical", "GO", 0),
        ("not_applicable", "critical", "GO", 0),
        ("future", "major", "GO", 0),
        ("pending", "major", "GO", 0),
        ("fail", "critical", "NO-GO", 1),
        ("fail", "major", "NO-GO", 1),
        ("fail", "minor", "CONDITIONAL", 4),
        ("fail", "info", "GO", 0),
        ("could_not_check", "critical", "INCOMPLETE", 3),
        ("could_not_check", "major", "INCOMPLETE", 3),
        ("could_not_check", "minor", "CONDITIONAL", 4),
        ("could_not_check", "info", "GO", 0),
        ("waived", "critical", "CONDITIONAL", 4),
        ("waived", "major", "CONDITIONAL", 4),
        ("waived", "minor", "GO", 0),
    ],
)
def test_one_finding_decides(verdict, severity, decision, code):
    judgement = decided(finding(), finding(verdict, severity))

    assert (judgement.decision, judgement.exit_code) == (decision, code)


def test_a_failure_weighs_more_than_what_was_not_seen():
    assert decided(finding("could_not_check"), finding("fail", "major")).decision == "NO-GO"


def test_what_was_not_seen_weighs_more_than_a_waiver():
    assert decided(finding("waived"), finding("could_not_check", "major")).decision == "INCOMPLETE"


def test_an_empty_run_is_incomplete():
    assert decided() == decided(gaps=[])
    assert (decided().decision, decided().exit_code) == ("INCOMPLETE", 3)


def test_a_partial_run_is_incomplete():
    judgement = decided(finding(), gaps=["hv02 was not looked at in this run"])

    assert judgement.decision == "INCOMPLETE"
    assert judgement.reasons == ("hv02 was not looked at in this run",)


def test_a_failed_scenario_is_a_no_go():
    assert decided(finding(), failures=["scenario failed: x"]).decision == "NO-GO"


def test_a_site_without_hardware_is_pending():
    judgement = decided(finding("pending"), finding("could_not_check", "minor"), is_pending_site=True)

    assert (judgement.decision, judgement.exit_code) == ("PENDING", 0)


def test_a_site_without_hardware_can_still_fail():
    assert decided(finding("fail", "major"), is_pending_site=True).decision == "NO-GO"
    assert decided(finding("fail", "minor"), is_pending_site=True).decision == "CONDITIONAL"


def test_a_waiver_out_of_date_is_no_go_ahead():
    judgement = decided(finding(), waivers=[waiver("CLU-03", expires="2026-11-20")])

    assert judgement.decision == "CONDITIONAL"
    assert judgement.reasons == ("the waiver of CLU-03 on hv01 by owner expired on 2026-11-20",)


def test_a_waiver_on_its_last_day_is_in_date():
    judgement = decide(
        [finding()], is_pending_site=False, waivers=[waiver("CLU-03", expires="2026-11-21")], as_of=date(2026, 11, 21)
    )

    assert judgement.decision == "GO"


def test_reasons_name_node_requirement_and_what_was_found():
    judgement = decided(finding("fail", "major", "CLU-02", actual="HA resources: vm:101", title="No HA"))

    assert judgement.reasons == ("hv01: CLU-02 No HA: fail (major): HA resources: vm:101",)


def test_one_cause_for_many_is_one_reason():
    blind = [finding("could_not_check", "major", name, actual="the node did not answer") for name in ("OS-02", "OS-03")]

    assert decided(*blind).reasons == ("hv01: could not check OS-02, OS-03: the node did not answer",)


def test_a_go_on_a_simulation_says_what_is_still_to_show():
    judgement = decided(finding(rung="fake", needs_rung="hardware", requirement="HW-01"))

    assert judgement.decision == "GO"
    assert judgement.reasons == ("hv01: seen on the rung fake only, the rung hardware is still to show HW-01",)


def test_all_verdicts_are_counted():
    assert counts([finding(), finding("fail")]) == {
        "pass": 1,
        "fail": 1,
        "could_not_check": 0,
        "not_applicable": 0,
        "pending": 0,
        "future": 0,
        "waived": 0,
    }


@pytest.mark.parametrize(
    ("findings", "gone"),
    [
        ([finding()], ["OS-02 on hv01: 0 findings"]),
        ([finding(), finding(requirement="OS-02")], []),
        ([finding(), finding(), finding(requirement="OS-02")], ["OS-01 on hv01: 2 findings"]),
        ([finding(), finding(requirement="OS-02"), finding(subject="hv09")], ["OS-01 on hv09: 1 findings"]),
    ],
)
def test_a_lost_or_double_finding_is_noticed(findings, gone):
    assert lost(findings, ["OS-01", "OS-02"], ["hv01"]) == gone
