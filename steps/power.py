"""Steps about power: nodes that lose it."""

from __future__ import annotations

from pytest_bdd import given, parsers, when

from conformance.pytest_plugin import Lab

HOUR_S = 3600.0


@given(parsers.re(r"the (?P<role>management|tenant) hypervisor loses its power"))
def loses_power(lab: Lab, role: str) -> None:
    lab.target.power(lab.node_of(role), on=False)


@when(parsers.re(r"the (?P<role>management|tenant) hypervisor loses its power for an hour"))
def loses_power_for_an_hour(lab: Lab, role: str) -> None:
    loses_power(lab, role)
    lab.target.wait(HOUR_S)
    lab.target.power(lab.node_of(role), on=True)
