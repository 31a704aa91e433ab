"""The thread from each sentence of the pages to its requirements, their checks and their scenarios."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.checks import checks
from conformance.scenarios import Document, StepUse, read_features
from fixtures.errors import Problem
from fixtures.pages import PageUnit, load_pages
from fixtures.register import Register

TAG = re.compile(r"req:(.+)")


@dataclass(frozen=True)
class Thread:
    """One page unit with all that hangs on it."""

    unit: PageUnit
    requirements: tuple[str, ...]
    scenarios: tuple[str, ...]
    checks: tuple[str, ...]


def requirement_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """The requirement ids among tags such as ``@req:MAC-03``."""
    found = (TAG.fullmatch(tag.removeprefix("@")) for tag in tags)
    return tuple(match[1] for match in found if match)


def threads(register: Register, features: Sequence[Document]) -> tuple[Thread, ...]:
    """One thread per page unit, in page order."""
    told = scenarios_by_requirement(features)
    known = checks()
    return tuple(
        Thread(
            unit=unit,
            requirements=unit.requirements,
            scenarios=tuple(dict.fromkeys(name for req in unit.requirements for name in told.get(req, ()))),
            checks=tuple(known[req].name for req in unit.requirements if req in known),
        )
        for unit in load_pages(register).values()
    )


def scenarios_by_requirement(features: Sequence[Document]) -> Mapping[str, tuple[str, ...]]:
    """The scenarios (``file:line name``) that name each requirement."""
    found: dict[str, tuple[str, ...]] = {}
    for document in features:
        for scenario in document.scenarios:
            for requirement in requirement_tags(scenario.tags):
                found[requirement] = (*found.get(requirement, ()), f"{scenario.place} {scenario.name}")
    return found


def gaps(register: Register, features: Sequence[Document], steps: Mapping[str, Sequence[StepUse]]) -> list[Problem]:
    """Everything that interrupts a thread.

    `steps` has for each step definition (its place) the scenario steps that fit it.
    """
    told = scenarios_by_requirement(features)
    return [
        *_unit_gaps(register),
        *_tag_gaps(register, features),
        *_requirement_gaps(register, told),
        *_step_gaps(features, steps),
    ]


def _unit_gaps(register: Register) -> list[Problem]:
    units = load_pages(register).values()
    return [
        Problem(unit.key, "asks for no requirement and gives no reason", "add one to the register's trace, or a reason")
        for unit in units
        if not unit.requirements and not unit.reason
    ]


def _tag_gaps(register: Register, features: Sequence[Document]) -> list[Problem]:
    problems = []
    for document in features:
        for scenario in document.scenarios:
            ids = requirement_tags(scenario.tags)
            if not ids:
                problems.append(
                    Problem(scenario.place, f"scenario {scenario.name!r} names no requirement", "tag @req:ID")
                )
            strange = [name for name in ids if name not in register.requirements]
            problems += [
                Problem(scenario.place, f"tag @req:{name} names no requirement of the register") for name in strange
            ]
    return problems


def _requirement_gaps(register: Register, told: Mapping[str, tuple[str, ...]]) -> list[Problem]:
    known = checks()
    problems = []
    for requirement in register.requirements.values():
        # A rationale is not evaluated, and a deferred policy has nothing to evaluate yet.
        if requirement.status == "rationale":
            continue
        if requirement.id not in told:
            problems.append(Problem(requirement.id, "has no scenario", f"tag one with @req:{requirement.id}"))
        if requirement.id not in known and requirement.status != "deferred":
            problems.append(Problem(requirement.id, "has no check", "register one in conformance/checks"))
    problems += [
        Problem(known[name].name, f"checks {name}, which the register does not have")
        for name in known.keys() - register.requirements.keys()
    ]
    return problems


def _step_gaps(features: Sequence[Document], steps: Mapping[str, Sequence[StepUse]]) -> list[Problem]:
    fitting: dict[StepUse, list[str]] = {}
    for place, uses in steps.items():
        for use in uses:
            fitting.setdefault(use, []).append(place)
    problems = [Problem(place, "no scenario uses this step") for place, uses in steps.items() if not uses]
    used = [step for document in features for step in document.steps]
    problems += [Problem(step.place, f"no step definition fits {step.text!r}") for step in used if step not in fitting]
    return problems + [
        Problem(step.place, f"{step.text!r} fits several steps", " and ".join(fitting[step]))
        for step in used
        if len(fitting.get(step, ())) > 1
    ]


def project_root() -> Path:
    """The folder that holds `features/` and `steps/`."""
    return Path(__file__).resolve().parent.parent


def read_all_features() -> tuple[Document, ...]:
    """The features of this project."""
    return read_features(project_root() / "features")
