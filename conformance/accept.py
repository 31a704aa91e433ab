"""The main job: every scenario that the target can carry, then the audit of every node, in one run."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from conformance.audit import Progress, live_run, pending_run, silent
from conformance.pytest_plugin import AS_OF, SITE
from conformance.results import Run, Scenario
from conformance.targets import opened
from fixtures.errors import LabError, Problem
from fixtures.site import Site

PLUGINS = ("conformance.pytest_plugin", "steps.audit", "steps.guests", "steps.power")
FEATURES = "features.test_features"
INI = "[pytest]\nmarkers =\n"


class ScenarioLog:
    """A pytest plugin that hands the site in and notes what became of each scenario."""

    def __init__(self, site: Site, target: str, as_of: date, progress: Progress) -> None:
        self.scenarios: list[Scenario] = []
        self.failures: dict[str, str] = {}
        self._site = site
        self._target = target
        self._as_of = as_of
        self._progress = progress
        self._items: dict[str, Any] = {}
        self._seconds: dict[str, float] = {}
        self._outcome: dict[str, str] = {}
        self._names: dict[str, tuple[str, str]] = {}

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[SITE] = self._site
        config.stash[AS_OF] = self._as_of

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._items = {item.nodeid: item for item in session.items}
        self._progress(f"{len(self._items)} scenarios against the target {self._target}")

    def pytest_bdd_before_scenario(self, request: pytest.FixtureRequest, feature: Any, scenario: Any) -> None:
        self._names[request.node.nodeid] = str(feature.name), str(scenario.name)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds[report.nodeid] = self._seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self._outcome[report.nodeid] = "failed" if report.when == "call" else "error"
            self.failures[report.nodeid] = _last_line(report)
        elif report.skipped:
            self._outcome[report.nodeid] = "skipped"
        if report.when == "teardown":
            self._note(report.nodeid)

    def _note(self, nodeid: str) -> None:
        item = self._items[nodeid]
        feature, name = self._names.get(nodeid, ("", item.name))
        case = f" [{item.callspec.id}]" if hasattr(item, "callspec") else ""
        noted = Scenario(
            feature=feature,
            name=f"{name}{case}",
            requirements=tuple(sorted({str(mark.args[0]) for mark in item.iter_markers("req")})),
            target=self._target,
            outcome=self._outcome.get(nodeid, "passed"),
            seconds=round(self._seconds[nodeid], 3),
        )
        self.scenarios.append(noted)
        if noted.outcome in ("failed", "error"):
            self._progress(f"{noted.outcome}: {noted.feature}: {noted.name}: {self.failures[nodeid]}")
        elif len(self.scenarios) % 25 == 0:
            self._progress(f"{len(self.scenarios)} of {len(self._items)} scenarios done")


def run_scenarios(site: Site, target: str, as_of: date, progress: Progress = silent) -> tuple[Scenario, ...]:
    """What became of each scenario against a target; LabError where pytest could not run them at all."""
    log = ScenarioLog(site, target, as_of, progress)
    with tempfile.TemporaryDirectory(prefix="labctl-accept-") as folder:
        ini = Path(folder, "pytest.ini")
        ini.write_text(INI, encoding="utf-8")
        options = ["-c", str(ini), "--rootdir", folder, "--noconftest", "-p", "no:cacheprovider", "-p", "no:terminal"]
        plugins = [word for name in PLUGINS for word in ("-p", name)]
        code = pytest.main([*options, *plugins, "--target", target, "--pyargs", FEATURES], plugins=[log])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise LabError(Problem("features", f"pytest ended with {pytest.ExitCode(code).name}", f"run pytest {FEATURES}"))
    return tuple(log.scenarios)


def accept(
    site: Site,
    target: str,
    as_of: date,
    *,
    progress: Progress = silent,
    scenarios: Callable[..., tuple[Scenario, ...]] = run_scenarios,
) -> Run:
    """The run of an acceptance; a site without hardware is judged as such and nothing is started for it."""
    if not site.declared:
        return pending_run(site, target, as_of)
    done = scenarios(site, target, as_of, progress)
    with opened(target, site) as lab:
        run = live_run(site, lab, (), as_of, progress)
    return replace(run, scenarios=done)


def _last_line(report: pytest.TestReport) -> str:
    lines = [line for line in str(report.longrepr).splitlines() if line.startswith("E ")]
    return lines[-1][1:].strip() if lines else "no reason was given"
