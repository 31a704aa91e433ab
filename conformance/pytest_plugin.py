"""What the features need from pytest: `--target` and `--site`, requirement tags, targets as fixtures.

A scenario tagged @disposable, @plant, @power or @leases gets a lab of its own, where the target offers that; without
such a tag scenarios share one target and its one audit. On a target that lacks what a tag asks for they are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from typing import Any

import pytest

from conformance.audit import live_run
from conformance.results import Results, conclude
from conformance.targets import OFFERS, Target, opened, target_names
from fixtures.errors import LabError
from fixtures.register import load_register
from fixtures.site import Site, load_site

REQUIREMENT_TAG = re.compile(r"req:([A-Z]+-\d+)")
SITE = pytest.StashKey[Site]()
AS_OF = pytest.StashKey[date]()
CHANGING = ("disposable", "plant", "power", "leases")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("labctl", "conformance features")
    names = ", ".join(name for name in target_names() if name != "snapshot")
    group.addoption("--target", default="fake", help=f"what the features run against: {names} (default: fake)")
    group.addoption("--site", default="dvntm", help="name or folder of the site (default: dvntm)")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "req(id): the requirement of the register that a scenario shows")
    for name in CHANGING:
        config.addinivalue_line("markers", f"{name}: the scenario needs a target that offers {name!r}")


def pytest_bdd_apply_tag(tag: str, function: Callable[..., object]) -> bool | None:
    """Turn ``@req:MAC-03`` into the marker ``req("MAC-03")``; other tags are markers of their own name."""
    found = REQUIREMENT_TAG.fullmatch(tag)
    if found is None:
        return None
    pytest.mark.req(found[1])(function)
    return True


class Lab:
    """The target of a scenario with the audit that its steps look at."""

    def __init__(self, site: Site, target: Target, as_of: date) -> None:
        self.site = site
        self.target: Any = target
        self.as_of = as_of
        self._results: Results | None = None

    def audited(self) -> Results:
        """The results of the audit, made at the first call."""
        if self._results is None:
            self._results = conclude(live_run(self.site, self.target, (), self.as_of), load_register())
        return self._results

    def node_of(self, role: str) -> str:
        """The node with a role ("management" or "tenant"); LabError where the site has none."""
        for name, spec in self.site.nodes.items():
            if spec.role == role:
                return name
        raise LabError(f"site {self.site.name} has no {role} hypervisor")

    def verdict(self, requirement: str, node: str) -> tuple[str, str]:
        """Verdict and reason of a requirement on a node."""
        for finding in self.audited().findings:
            if (finding.requirement, finding.subject) == (requirement, node):
                return finding.verdict, finding.actual
        raise LabError(f"the audit has no finding for {requirement} on {node}")


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> Site:
    """The site the features are about."""
    chosen = request.config.stash.get(SITE, None)
    return chosen or load_site(request.config.getoption("--site"))


@pytest.fixture(scope="session")
def _shared_lab(request: pytest.FixtureRequest, site: Site) -> Iterator[Callable[[], Lab]]:
    made: list[Lab] = []
    as_of = _as_of(request.config)
    with ExitStack() as stack:

        def give() -> Lab:
            if not made:
                made.append(Lab(site, stack.enter_context(opened(request.config.getoption("--target"), site)), as_of))
            return made[0]

        yield give


@pytest.fixture
def lab(request: pytest.FixtureRequest, site: Site, _shared_lab: Callable[[], Lab]) -> Iterator[Lab]:
    """The target of this scenario; of its own where the scenario changes something."""
    needed = {mark.name for mark in request.node.iter_markers()} & OFFERS
    if not site.declared:
        pytest.skip(f"site {site.name} declares no hardware yet")
    if not needed & set(CHANGING):
        yield _shared_lab()
        return
    name = request.config.getoption("--target")
    with ExitStack() as stack:
        target = stack.enter_context(opened(name, site))
        missing = sorted(needed - target.offers)
        if missing:
            pytest.skip(f"target {name} does not offer: {', '.join(missing)}")
        yield Lab(site, target, _as_of(request.config))


def _as_of(config: pytest.Config) -> date:
    return config.stash.get(AS_OF, date.today())
