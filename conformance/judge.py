"""From snapshots, inventory, register, waivers and a date to findings: a pure function, one finding per pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from conformance.checks import Check, checks
from conformance.evidence import evidence_for
from conformance.facts import Facts, SiteFacts
from conformance.findings import Finding, Outcome, not_applicable, unknown
from conformance.snapshot import Peer, Snapshot
from fixtures.register import Register, Requirement
from fixtures.waivers import Waiver

# Decided by the inventory alone: also for a node that is off or not yet chosen.
BY_INVENTORY = frozenset({"ROLE-01", "MAC-07"})
WITHOUT_THE_NODE = BY_INVENTORY | {"PRE-01", "PROV-01"}
# Sites that the register's authors knew; a requirement for both is one for any site.
ANY_SITE = 2
RANKS: Mapping[str, int] = {"fake": 0, "nested": 1, "hardware": 2, "collected": 2}


@dataclass(frozen=True)
class Subject:
    """A node to judge, with what is known of the site's other nodes."""

    snapshot: Snapshot
    peers: tuple[Peer, ...]


def subjects(snapshots: Sequence[Snapshot]) -> tuple[Subject, ...]:
    """Each snapshot with all the others as its peers."""
    return tuple(
        Subject(mine, tuple(other.as_peer() for other in snapshots if other is not mine)) for mine in snapshots
    )


def judge(
    nodes: Sequence[Subject], site: SiteFacts, register: Register, waivers: Sequence[Waiver], as_of: date
) -> tuple[Finding, ...]:
    """Every requirement of the register once per node, in the order of register and nodes."""
    benches = [_Bench(node, site, register) for node in nodes]
    return tuple(
        _finding(requirement, bench, waivers, as_of)
        for requirement in register.requirements.values()
        for bench in benches
    )


class _Bench:
    """One node under judgement; remembers outcomes, for some requirements rest on others."""

    def __init__(self, node: Subject, site: SiteFacts, register: Register) -> None:
        self.snapshot = node.snapshot
        self.site = site
        self.register = register
        self.facts = Facts(node.snapshot, node.peers, site, self.outcome_of)
        self._outcomes: dict[str, Outcome] = {}

    def outcome_of(self, requirement: str) -> Outcome:
        if requirement not in self._outcomes:
            self._outcomes[requirement] = self._look(self.register.requirements[requirement])
        return self._outcomes[requirement]

    def _look(self, requirement: Requirement) -> Outcome:
        early = _out_of_scope(requirement, self.snapshot.role, self.site) or self._not_yet(requirement)
        if early is not None:
            return early
        check = checks().get(requirement.id)
        if check is None:
            return unknown("there is no check for this requirement")
        return self._explained(check, check.look(self.facts))

    def _not_yet(self, requirement: Requirement) -> Outcome | None:
        declared = self.snapshot.flag("declared")
        if not (self.site.declared if declared is None else declared) and requirement.id not in BY_INVENTORY:
            return Outcome("pending", "no hardware has been chosen yet")
        if requirement.id not in WITHOUT_THE_NODE and self.outcome_of("PRE-01").verdict == "fail":
            return unknown("the node did not answer (PRE-01)")
        return None

    def _explained(self, check: Check, outcome: Outcome) -> Outcome:
        """With the advice of the check for a failure, or the reason why nothing was seen."""
        if outcome.hint or outcome.verdict not in ("fail", "could_not_check"):
            return outcome
        if outcome.verdict == "fail":
            return replace(outcome, hint=check.hint)
        reasons = [reason for path in check.reads for reason in self.snapshot.reasons_for(path)]
        return replace(outcome, hint="; ".join(dict.fromkeys(reasons)))


def _out_of_scope(requirement: Requirement, role: str | None, site: SiteFacts) -> Outcome | None:
    if role is not None and role not in requirement.roles:
        return not_applicable(f"not for the {role} node")
    if site.name not in requirement.sites and len(requirement.sites) < ANY_SITE:
        return not_applicable(f"not for site {site.name}")
    if requirement.status == "rationale":
        return not_applicable("a rationale; other requirements carry what can be tested")
    if requirement.status in ("future", "deferred") and requirement.milestone not in site.milestones:
        return Outcome("future", "planned; the site has not declared it done")
    return None


def _rung_short_of(outcome: Outcome, requirement: Requirement, rung: str) -> str:
    """The rung that the requirement asks for where a pass rests on evidence from a weaker one; else nothing."""
    short = outcome.verdict == "pass" and RANKS.get(rung, 0) < RANKS[requirement.rung]
    return requirement.rung if short else ""


def _finding(requirement: Requirement, bench: _Bench, waivers: Sequence[Waiver], as_of: date) -> Finding:
    check = checks().get(requirement.id)
    subject = bench.snapshot.node or "site"
    outcome, waiver = _waived(bench.outcome_of(requirement.id), requirement.id, subject, waivers, as_of)
    return Finding(
        requirement=requirement.id,
        title=requirement.title,
        subject=subject,
        verdict=outcome.verdict,
        severity=requirement.severity,
        rung=bench.snapshot.rung,
        grade=outcome.grade,
        expected=outcome.expected or (check.expects if check else requirement.statement),
        actual=outcome.actual,
        where=outcome.where or ", ".join(check.reads if check else ()),
        hint=outcome.hint,
        page=requirement.source[0].page,
        section=requirement.source[0].section,
        waiver=waiver,
        evidence=evidence_for(bench.snapshot, check.reads) if check else (),
        needs_rung=_rung_short_of(outcome, requirement, bench.snapshot.rung),
    )


def _waived(
    outcome: Outcome, requirement: str, subject: str, waivers: Sequence[Waiver], as_of: date
) -> tuple[Outcome, dict[str, Any] | None]:
    """The outcome under the waivers, and the waiver that concerns it, in force or not.

    Only a failure can be waived; a could_not_check stays what it is.
    """
    concerned = [w for w in waivers if w.requirement == requirement and w.node in (subject, "site")]
    if not concerned or outcome.verdict not in ("fail", "could_not_check"):
        return outcome, None
    in_force = [waiver for waiver in concerned if waiver.is_in_force(as_of)]
    chosen = max(in_force or concerned, key=lambda waiver: waiver.expires)
    shown = {**chosen.model_dump(mode="json"), "in_force": bool(in_force)}
    if outcome.verdict == "could_not_check":
        return outcome.noting("a waiver does not cover what could not be seen"), shown
    if in_force:
        return replace(outcome, verdict="waived"), shown
    when = f"expired on {chosen.expires}" if chosen.expires < as_of else f"begins on {chosen.created}"
    text = f"the waiver of {chosen.approved_by} {when}"
    return replace(outcome, hint=f"{text}; {outcome.hint}" if outcome.hint else text), shown
