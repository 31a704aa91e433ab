"""junit.xml: one suite per node and one for the scenarios, as CI servers read it."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from conformance.findings import Finding
from conformance.report.text import printable
from conformance.results import Results, Scenario


def junit(results: Results) -> bytes:
    """A failure is a failure, a could_not_check an error, and all that was not judged is skipped."""
    root = ElementTree.Element("testsuites", name=f"labctl {results.run.site}")
    for subject in results.subjects:
        findings = [finding for finding in results.findings if finding.subject == subject]
        _suite(root, subject, (_finding(finding) for finding in findings))
    if results.run.scenarios:
        _suite(root, "scenarios", (_scenario(scenario) for scenario in results.run.scenarios))
    for total in ("tests", "failures", "errors", "skipped"):
        root.set(total, str(sum(int(suite.get(total, "0")) for suite in root)))
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _suite(root: ElementTree.Element, name: str, cases: Iterable[ElementTree.Element]) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=printable(name))
    suite.extend(cases)
    tags = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    suite.set("tests", str(len(suite)))
    for total, tag in tags.items():
        suite.set(total, str(len(suite.findall(f"testcase/{tag}"))))


def _finding(finding: Finding) -> ElementTree.Element:
    name = printable(f"{finding.requirement} {finding.title}")
    case = ElementTree.Element("testcase", classname=printable(f"labctl.{finding.subject}"), name=name, time="0")
    if finding.verdict == "pass":
        return case
    tag = {"fail": "failure", "could_not_check": "error"}.get(finding.verdict, "skipped")
    mark = ElementTree.SubElement(case, tag, message=printable(f"{finding.verdict}: {finding.actual}"))
    if tag != "skipped":
        mark.set("type", finding.severity)
        lines = [
            ("expected", finding.expected),
            ("actual", finding.actual),
            ("where", finding.where),
            ("hint", finding.hint),
        ]
        mark.text = printable("\n".join(f"{label}: {text}" for label, text in lines if text))
    return case


def _scenario(scenario: Scenario) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase", classname=printable(scenario.feature), name=printable(scenario.name), time=f"{scenario.seconds:.3f}"
    )
    tag = {"failed": "failure", "error": "error", "skipped": "skipped"}.get(scenario.outcome)
    if tag:
        ElementTree.SubElement(case, tag, message=printable(f"{scenario.outcome} on {scenario.target}"))
    return case
