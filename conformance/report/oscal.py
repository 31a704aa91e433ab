"""oscal.json: OSCAL assessment results with an observation and a finding per judged requirement."""

from __future__ import annotations

import uuid
from typing import Any

from conformance.findings import Finding
from conformance.report.json import json_bytes
from conformance.results import Results

OSCAL_VERSION = "1.1.2"
NAMESPACE = uuid.UUID("6f0b1f0e-6b7b-5b47-9a3b-6a8c6a6f2a11")
EXTENSION = "https://labctl.invalid/ns/oscal"
STATES = {"pass": "satisfied", "fail": "not-satisfied", "could_not_check": "not-satisfied", "waived": "not-satisfied"}
METHODS = {"direct": "TEST", "inferred": "EXAMINE", "attested": "INTERVIEW"}


def oscal(results: Results) -> bytes:
    """The results as an OSCAL assessment-results document; what was not judged is left out."""
    judged = [finding for finding in results.findings if finding.verdict in STATES]
    when = _when(results)
    register = str(_id("register", results.register.sha256))
    document = {
        "uuid": str(_id("results", results.run.site, results.register.sha256, when, *map(_key, judged))),
        "metadata": {
            "title": f"Conformance of site {results.run.site}: {results.judgement.decision}",
            "last-modified": when,
            "version": results.run.as_of.isoformat(),
            "oscal-version": OSCAL_VERSION,
        },
        "import-ap": {"href": f"#{register}", "remarks": "The plan is the register: every requirement on every node."},
        "results": [_result(results, judged, when)],
        "back-matter": {
            "resources": [
                {
                    "uuid": register,
                    "title": "Requirement register",
                    "rlinks": [
                        {
                            "href": "register.yml",
                            "hashes": [{"algorithm": "SHA-256", "value": results.register.sha256}],
                        }
                    ],
                }
            ]
        },
    }
    return json_bytes({"assessment-results": document})


def _result(results: Results, judged: list[Finding], when: str) -> dict[str, Any]:
    controls = [{"control-id": requirement} for requirement in results.register.requirements]
    result: dict[str, Any] = {
        "uuid": str(_id("result", results.run.site, when, *map(_key, judged))),
        "title": f"{results.run.site} through the target {results.run.target}",
        "description": "; ".join(results.judgement.reasons) or "Nothing stands against it.",
        "start": when,
        "reviewed-controls": {"control-selections": [{"include-controls": controls}]},
    }
    if judged:
        result["observations"] = [_observation(finding, when) for finding in judged]
        result["findings"] = [_finding(finding) for finding in judged]
    return result


def _observation(finding: Finding, when: str) -> dict[str, Any]:
    evidence = [{"description": f"{item.how}: {item.excerpt} (sha256 {item.sha256})"} for item in finding.evidence]
    observation: dict[str, Any] = {
        "uuid": str(_id("observation", _key(finding))),
        "description": f"{finding.subject}: {finding.actual or finding.verdict}",
        "methods": [METHODS[finding.grade]],
        "collected": next((item.at for item in finding.evidence if item.at), when),
    }
    return observation | ({"relevant-evidence": evidence} if evidence else {})


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "uuid": str(_id("finding", _key(finding))),
        "title": f"{finding.requirement} on {finding.subject}",
        "description": f"{finding.title}. Expected: {finding.expected}",
        "props": [
            {"name": "verdict", "ns": EXTENSION, "value": finding.verdict},
            {"name": "severity", "ns": EXTENSION, "value": finding.severity},
            {"name": "rung", "ns": EXTENSION, "value": finding.rung},
        ],
        "target": {
            "type": "objective-id",
            "target-id": finding.requirement,
            "status": {"state": STATES[finding.verdict], "reason": "pass" if finding.verdict == "pass" else "other"},
        },
        "related-observations": [{"observation-uuid": str(_id("observation", _key(finding)))}],
    }


def _when(results: Results) -> str:
    """The time of the last look, or the day of the judgement: never the time of writing."""
    times = [item.at for finding in results.findings for item in finding.evidence if item.at]
    return max(times, default=f"{results.run.as_of}T00:00:00Z")


def _key(finding: Finding) -> str:
    return f"{finding.requirement}/{finding.subject}/{finding.verdict}/{finding.actual}"


def _id(*words: str) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, "\n".join(words))
