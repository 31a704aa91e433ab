"""What a judgement says: verdicts, three-valued claims, outcomes of checks, and findings with their evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

Verdict = Literal["pass", "fail", "could_not_check", "not_applicable", "pending", "future", "waived"]
Grade = Literal["direct", "inferred", "attested"]

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


@dataclass(frozen=True)
class Claim:
    """Something that holds, does not hold, or (None) could not be seen; `shown` says what was found."""

    holds: bool | None
    shown: str


@dataclass(frozen=True)
class Outcome:
    """What one check found on one subject.

    `expected` replaces the check's own words where they depend on the site.
    """

    verdict: Verdict
    actual: str
    where: str = ""
    hint: str = ""
    grade: Grade = "direct"
    expected: str = ""

    def graded(self, grade: Grade) -> Outcome:
        """The same, resting on weaker evidence."""
        return replace(self, grade=grade)

    def noting(self, text: str) -> Outcome:
        """The same with a remark after what was found."""
        return replace(self, actual=f"{self.actual}; {text}" if self.actual else text) if text else self


def passed(actual: str, *, where: str = "") -> Outcome:
    """The requirement is met."""
    return Outcome("pass", actual, where)


def failed(actual: str, *, where: str = "", hint: str = "") -> Outcome:
    """The requirement is violated."""
    return Outcome("fail", actual, where, hint)


def unknown(actual: str, *, where: str = "", hint: str = "") -> Outcome:
    """It could not be seen whether the requirement is met."""
    return Outcome("could_not_check", actual, where, hint)


def not_applicable(actual: str) -> Outcome:
    """There is nothing to check."""
    return Outcome("not_applicable", actual)


def all_of(claims: Iterable[Claim], *, where: str = "") -> Outcome:
    """Fail with the claims that do not hold, else could_not_check with those not seen, else pass."""
    every = tuple(claims)
    wrong = [claim.shown for claim in every if claim.holds is False]
    unseen = [claim.shown for claim in every if claim.holds is None]
    if wrong:
        return failed("; ".join(wrong), where=where)
    if unseen:
        return unknown("; ".join(unseen), where=where)
    return passed("; ".join(claim.shown for claim in every if claim.shown), where=where)


@dataclass(frozen=True)
class Evidence:
    """Where a finding rests: how it was read, the beginning of it, the hash of all of it, and when."""

    how: str
    excerpt: str
    sha256: str
    at: str | None

    def as_json(self) -> dict[str, Any]:
        """The evidence as results.json holds it."""
        return {"how": self.how, "excerpt": self.excerpt, "sha256": self.sha256, "at": self.at}


@dataclass(frozen=True)
class Finding:
    """The verdict on one requirement for one subject (a node, or ``site``).

    `needs_rung` names the rung that the requirement asks for where a pass rests on a weaker one: such a pass holds
    for what was looked at, and says nothing of the machines.
    """

    requirement: str
    title: str
    subject: str
    verdict: Verdict
    severity: str
    rung: str
    grade: Grade
    expected: str
    actual: str
    where: str
    hint: str
    page: str
    section: str
    waiver: dict[str, Any] | None = None
    evidence: tuple[Evidence, ...] = ()
    needs_rung: str = ""

    def as_json(self) -> dict[str, Any]:
        """The finding as results.json holds it."""
        return {
            "requirement": self.requirement,
            "subject": self.subject,
            "verdict": self.verdict,
            "severity": self.severity,
            "rung": self.rung,
            "grade": self.grade,
            "expected": self.expected,
            "actual": self.actual,
            "where": self.where,
            "hint": self.hint,
            "source": {"page": self.page, "section": self.section},
            "waiver": self.waiver,
            "evidence": [item.as_json() for item in self.evidence],
        }
