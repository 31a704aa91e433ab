"""Each violation changes exactly the verdicts that it should, and no other."""

import pytest

from tests.unit.conformance.cases import changed, sample, verdicts_of
from tests.unit.conformance.violations import ROWS

NEVER_FAILING = {
    "CLU-06",
    "HW-11",
    "MAC-06",
    "PROV-04",
    "PROV-05",
    "ROLE-03",
    "VLAN-01",
    "VLAN-02",
    "VLAN-03",
    "VLAN-04",
}


@pytest.mark.parametrize(("name", "what", "change", "expected"), ROWS, ids=[f"{row[0]}: {row[1]}" for row in ROWS])
def test_a_change_moves_exactly_these_verdicts(name, what, change, expected, tmp_path):
    before = sample(name)["expected"]

    after = verdicts_of(changed(name, change), tmp_path)

    assert {id: verdict for id, verdict in after.items() if verdict != before[id]} == expected


def test_every_requirement_that_can_fail_is_seen_to_fail():
    failing = {id for row in ROWS for id, verdict in row[3].items() if verdict == "fail"} | {"PRE-01"}

    assert set(sample("G01")["expected"]) - failing == NEVER_FAILING


def test_every_row_has_its_own_name():
    names = [(row[0], row[1]) for row in ROWS]

    assert len(names) == len(set(names))
