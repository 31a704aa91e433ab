"""Can the node be looked at, and can its clock be trusted?"""

from __future__ import annotations

from conformance.checks import check
from conformance.facts import Facts
from conformance.findings import Claim, Outcome, all_of, failed, passed, unknown

MAX_OFFSET_S = 5.0


@check(
    "PRE-01",
    expects="SSH or the API answers",
    reads=("reachable",),
    hint="is the node up, and do the SSH key and the API token of the auditor work?",
)
def reachable(facts: Facts) -> Outcome:
    """At least one audit channel answers."""
    ssh, api = facts.snapshot.flag("reachable.ssh"), facts.snapshot.flag("reachable.api")
    if ssh or api:
        return passed(" and ".join(name for name, works in (("SSH", ssh), ("API", api)) if works))
    if ssh is None and api is None:
        return unknown("neither SSH nor the API was tried")
    return failed("neither SSH nor the API answers")


@check(
    "PRE-02",
    expects="clock within 5 s of the auditor's and NTP-synchronised",
    reads=("clock",),
    hint='look at "timedatectl" and "chronyc tracking" on the node',
)
def clock(facts: Facts) -> Outcome:
    """The clock is right and stays right."""
    offset = facts.snapshot.number("clock.offset_s")
    synchronised = facts.snapshot.flag("clock.ntp_synchronised")
    return all_of(
        (
            Claim(
                None if offset is None else abs(offset) <= MAX_OFFSET_S,
                "offset not measured" if offset is None else f"offset {offset:+.3f} s",
            ),
            Claim(synchronised, {None: "NTP state unknown", True: "NTP on", False: "NTP off"}[synchronised]),
        )
    )
