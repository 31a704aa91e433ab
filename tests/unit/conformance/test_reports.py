"""Every format from one model: the same bytes each time, whole, and safe whatever the names in it are."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import orjson
import pytest

from conformance.audit import Overrides, recorded_run
from conformance.report import FORMATS
from conformance.results import Scenario, conclude
from fixtures.register import load_register
from fixtures.site import load_site
from tests.unit.conformance.cases import SAMPLES, TODAY

HOSTILE = '<script>alert("x")</script> | `a` *b* \x00\x1b[31m & ]]>'


def results_of(*names, **changes):
    run, _ = recorded_run(load_site("dvntm"), [SAMPLES / f"{name}.json" for name in names], (), Overrides(as_of=TODAY))
    return conclude(replace(run, **changes), load_register())


@pytest.fixture(scope="module")
def results():
    baseline = orjson.loads(FORMATS["results.json"](results_of("G01", "G02")))
    scenarios = (
        Scenario("MAC identity", "A rebuilt VM keeps its address", ("MAC-03",), "fake", "passed", 1.25),
        Scenario("MAC identity", HOSTILE, ("MAC-04",), "fake", "failed", 0.5),
        Scenario("Power", "Not here", (), "fake", "skipped", 0),
    )
    return results_of("B37", "G02", scenarios=scenarios, baseline=baseline)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    case = orjson.loads((SAMPLES / "G01.json").read_bytes())
    case["snapshot"]["guests"][1]["name"] = HOSTILE
    case["snapshot"]["guests"][1]["description"] = f"Managed by Terraform {HOSTILE}"
    path = tmp_path_factory.mktemp("hostile") / "case.json"
    path.write_bytes(orjson.dumps(case))
    run, _ = recorded_run(load_site("dvntm"), [path], (), Overrides(as_of=TODAY))
    return conclude(run, load_register())


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_comes_out_the_same_each_time(name, results):
    again = results_of("B37", "G02", scenarios=results.run.scenarios, baseline=results.run.baseline)

    assert FORMATS[name](results) == FORMATS[name](again)


def test_results_have_the_agreed_keys(results):
    data = orjson.loads(FORMATS["results.json"](results))

    assert list(data) == [
        *("schema", "site", "target", "as_of", "verdict", "exit_code", "reasons", "register", "counts"),
        *("findings", "scenarios", "inventory_findings", "drift"),
    ]
    assert list(data["findings"][0]) == [
        *("requirement", "subject", "verdict", "severity", "rung", "grade", "expected", "actual", "where", "hint"),
        *("source", "waiver", "evidence"),
    ]
    assert (data["schema"], data["verdict"], data["exit_code"]) == ("labctl/results/1", "NO-GO", 1)
    assert sum(data["counts"].values()) == len(data["findings"]) == 124


def test_drift_names_what_changed(results):
    data = orjson.loads(FORMATS["results.json"](results))

    assert [(item["requirement"], item["subject"], item["change"]) for item in data["drift"]] == [
        ("CLU-03", "hv01", "verdict")
    ]


def test_junit_counts_what_it_holds(results):
    root = ElementTree.fromstring(FORMATS["junit.xml"](results))

    assert [suite.get("name") for suite in root] == ["hv01", "hv02", "scenarios"]
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("127", "2", "0")
    assert len(root.findall(".//failure")) == 2


def test_junit_survives_any_name(hostile):
    root = ElementTree.fromstring(FORMATS["junit.xml"](hostile))

    assert root.findall(".//failure")


class Page(HTMLParser):
    """Collects the tags and the references of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.references, self.open = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.references += [value for name, value in attrs if name in ("src", "href", "srcset", "action")]


def test_the_page_needs_nothing_from_outside(results):
    page = Page(FORMATS["index.html"](results).decode())

    assert page.references == []
    assert page.tags.isdisjoint({"script", "link", "img", "iframe", "object"})


def test_the_page_shows_decision_reasons_and_every_finding(results):
    text = FORMATS["index.html"](results).decode()

    assert "<h1>dvntm: NO-GO</h1>" in text
    assert "hv01: CLU-03 Local storage only: fail (critical)" in text
    assert all(text.count(f"<strong>{name}</strong>") == 2 for name in load_register().requirements)


@pytest.mark.parametrize("name", ["index.html", "report.md"])
def test_names_cannot_become_markup(name, hostile):
    text = FORMATS[name](hostile).decode()

    assert "<script>" not in text
    assert "alert(" in text


def test_markdown_tables_keep_their_columns(hostile):
    rows = [line for line in FORMATS["report.md"](hostile).decode().splitlines() if line.startswith("| ROLE-")]

    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {9}


def test_failures_come_first_in_the_report(results):
    lines = FORMATS["report.md"](results).decode().splitlines()
    first = lines[lines.index("## Findings") + 4]

    assert first.startswith("| CLU-03 Local storage only | hv01 | fail | critical |")


def test_oscal_has_what_assessment_results_need(results):
    data = orjson.loads(FORMATS["oscal.json"](results))["assessment-results"]
    result = data["results"][0]

    assert {"uuid", "metadata", "import-ap", "results"} <= set(data)
    assert {"title", "last-modified", "version", "oscal-version"} <= set(data["metadata"])
    assert {"uuid", "title", "description", "start", "reviewed-controls"} <= set(result)
    assert all({"uuid", "description", "methods", "collected"} <= set(one) for one in result["observations"])
    assert all({"uuid", "title", "description", "target"} <= set(one) for one in result["findings"])


def test_oscal_findings_point_at_their_observations(results):
    result = orjson.loads(FORMATS["oscal.json"](results))["assessment-results"]["results"][0]
    known = {one["uuid"] for one in result["observations"]}
    used = [link["observation-uuid"] for one in result["findings"] for link in one["related-observations"]]

    assert len(known) == len(result["observations"])
    assert set(used) == known


def test_oscal_calls_a_failure_not_satisfied(results):
    result = orjson.loads(FORMATS["oscal.json"](results))["assessment-results"]["results"][0]
    states = {one["title"]: one["target"]["status"]["state"] for one in result["findings"]}

    assert states["CLU-03 on hv01"] == "not-satisfied"
    assert states["CLU-03 on hv02"] == "satisfied"


def test_inventory_findings_reach_every_reader():
    problem = {
        "file": "hosts.yml",
        "line": 4,
        "requirement": "MAC-07",
        "problem": "MAC is 'UNKNOWN'",
        "hint": "read it",
    }
    results = results_of("G01", inventory_findings=(problem,))

    assert orjson.loads(FORMATS["results.json"](results))["inventory_findings"] == [problem]
    assert b"hosts.yml:4" in FORMATS["report.md"](results)
    assert b"hosts.yml:4" in FORMATS["index.html"](results)


@pytest.mark.parametrize("name", FORMATS)
def test_control_characters_reach_no_reader(name, hostile):
    text = FORMATS[name](hostile).decode()

    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", text)
