"""Steps about audits: what is planted, that the site is audited, and what the audit must say."""

from __future__ import annotations

from pytest_bdd import given, parsers, then, when

from conformance.pytest_plugin import Lab

# What may be decided for a node that does not answer: the inventory alone knows it.
BY_INVENTORY = {"ROLE-01", "MAC-07", "PROV-01"}


@given(parsers.re(r'the (?P<role>management|tenant) hypervisor has "(?P<violation>[^"]+)"'))
def planted(lab: Lab, role: str, violation: str) -> None:
    lab.target.plant(lab.node_of(role), violation)


@given(parsers.re(r'the inventory gives (?P<whom>the [a-z ]+) "(?P<mistake>[^"]+)"'))
def inventory_mistake(lab: Lab, whom: str, mistake: str) -> None:
    lab.site = lab.target.misdeclare(whom, mistake)


@when("the site is audited")
def audited(lab: Lab) -> None:
    lab.audited()


@then(parsers.re(r"every hypervisor (?P<claim>satisfies|fails) (?P<requirement>[A-Z]+-\d+)"))
def every_hypervisor(lab: Lab, claim: str, requirement: str) -> None:
    for node in lab.site.nodes:
        _claimed(lab, node, claim, requirement)


@then(parsers.re(r"the (?P<role>management|tenant) hypervisor (?P<claim>satisfies|fails) (?P<requirement>[A-Z]+-\d+)"))
def one_hypervisor(lab: Lab, role: str, claim: str, requirement: str) -> None:
    _claimed(lab, lab.node_of(role), claim, requirement)


def _claimed(lab: Lab, node: str, claim: str, requirement: str) -> None:
    verdict, reason = lab.verdict(requirement, node)
    wanted = {"satisfies": "pass", "fails": "fail"}[claim]
    assert verdict == wanted, f"{requirement} on {node} is {verdict}, expected {wanted}: {reason}"


@then(parsers.re(r"(?P<requirement>[A-Z]+-\d+) is reported as future on the (?P<role>management|tenant) hypervisor"))
def future(lab: Lab, requirement: str, role: str) -> None:
    verdict, reason = lab.verdict(requirement, lab.node_of(role))
    assert verdict == "future", f"{requirement} is {verdict}, expected future: {reason}"


@then(parsers.re(r"(?P<requirement>[A-Z]+-\d+) does not apply to any hypervisor"))
def not_applicable(lab: Lab, requirement: str) -> None:
    verdicts = {node: lab.verdict(requirement, node)[0] for node in lab.site.nodes}
    assert set(verdicts.values()) == {"not_applicable"}, verdicts


@then(parsers.re(r"the (?P<role>management|tenant) hypervisor passes none of (?P<requirements>[A-Z0-9, -]+)"))
def passes_none(lab: Lab, role: str, requirements: str) -> None:
    node = lab.node_of(role)
    verdicts = {name.strip(): lab.verdict(name.strip(), node)[0] for name in requirements.split(",")}
    assert "pass" not in verdicts.values(), verdicts
    assert "not_applicable" not in verdicts.values(), verdicts


@then(
    parsers.re(r"the (?P<role>management|tenant) hypervisor passes nothing but what the inventory alone decides"),
)
def passes_by_inventory_only(lab: Lab, role: str) -> None:
    node = lab.node_of(role)
    passed = {
        finding.requirement
        for finding in lab.audited().findings
        if finding.subject == node and finding.verdict == "pass"
    }
    assert passed <= BY_INVENTORY, passed - BY_INVENTORY
