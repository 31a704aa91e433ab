"""What changed between two sets of findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

# What differs at every look and means nothing.
RESTLESS = frozenset({"PRE-02"})


def drift_between(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One entry per finding that appeared, vanished, has another verdict, or the same verdict on other facts."""
    old, new = _by_key(before), _by_key(after)
    found = [_change(key, old.get(key), new.get(key)) for key in dict.fromkeys((*old, *new))]
    return [change for change in found if change is not None]


def _by_key(findings: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(finding["requirement"], finding["subject"]): finding for finding in findings}


def _change(
    key: tuple[str, str], before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    if before is None or after is None:
        kind = "appeared" if before is None else "vanished"
    elif before["verdict"] != after["verdict"]:
        kind = "verdict"
    elif before.get("actual") != after.get("actual") and key[0] not in RESTLESS:
        kind = "actual"
    else:
        return None
    return {
        "requirement": key[0],
        "subject": key[1],
        "change": kind,
        "before": _said(before),
        "after": _said(after),
    }


def _said(finding: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if finding is None else {"verdict": finding["verdict"], "actual": finding.get("actual", "")}
