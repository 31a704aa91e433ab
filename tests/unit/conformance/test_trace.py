"""The thread from page to check: whole as it is, and every kind of gap is seen."""

import pytest
from pytest_bdd import parsers
from pytest_bdd.steps import StepFunctionContext

from conformance.scenarios import Document, ScenarioText, StepUse, read_features, uses_of
from conformance.trace import gaps, read_all_features, requirement_tags, scenarios_by_requirement, threads
from fixtures.errors import ConfigError
from fixtures.register import load_register

FEATURE = """\
@req:MAC-03
Feature: MAC identity
  Background:
    Given a lab

  @disposable
  Scenario: One
    When a guest is made
    And it is started
    Then it runs
    But nothing else

  Rule: Twice
    @req:MAC-04 @slow
    Scenario Outline: Made as <kind>
      Given a <kind> guest
      Then it is a <kind>

      @req:MAC-01
      Examples:
        | kind |
        | full |
        | thin |
"""


@pytest.fixture
def document(tmp_path):
    folder = tmp_path / "features"
    folder.mkdir()
    (folder / "mac.feature").write_text(FEATURE, encoding="utf-8")
    return read_features(folder)[0]


def test_tags_are_inherited_from_feature_and_examples(document):
    assert [(scenario.name, requirement_tags(scenario.tags)) for scenario in document.scenarios] == [
        ("One", ("MAC-03",)),
        ("Made as full", ("MAC-03", "MAC-04", "MAC-01")),
        ("Made as thin", ("MAC-03", "MAC-04", "MAC-01")),
    ]


def test_and_and_but_are_of_the_kind_before_them(document):
    assert [(step.kind, step.text) for step in document.scenarios[0].steps] == [
        ("given", "a lab"),
        ("when", "a guest is made"),
        ("when", "it is started"),
        ("then", "it runs"),
        ("then", "nothing else"),
    ]


def test_steps_of_an_outline_are_filled_in(document):
    assert [step.text for step in document.scenarios[2].steps] == ["a lab", "a thin guest", "it is a thin"]


def test_steps_have_a_place(document):
    assert document.scenarios[0].steps[1].place == "features/mac.feature:8"


def test_a_broken_feature_is_named_with_its_line(tmp_path):
    folder = tmp_path / "features"
    folder.mkdir()
    (folder / "bad.feature").write_text("Feature: x\n  Scenario: y\n    Given a\n    nonsense\n", encoding="utf-8")

    with pytest.raises(ConfigError, match=r"features/bad\.feature:4"):
        read_features(folder)


def definition(words, kind):
    return StepFunctionContext(type=kind, step_func=lambda: None, parser=parsers.parse(words))


def test_a_definition_is_used_where_kind_and_words_fit():
    steps = [StepUse("f:1", "given", "a full guest"), StepUse("f:2", "then", "a full guest")]

    uses = uses_of({"s:1": definition("a {kind} guest", "given"), "s:2": definition("a {kind} guest", None)}, steps)

    assert uses == {"s:1": (steps[0],), "s:2": tuple(steps)}


def feature(*tags, steps=()):
    return Document("features/x.feature", "x", (ScenarioText("features/x.feature:3", "S", tags, tuple(steps)),))


def gap_texts(*features, steps=None):
    return {str(problem) for problem in gaps(load_register(), features, steps or {})}


def test_this_projects_thread_is_whole():
    from importlib import import_module

    from conformance.scenarios import step_definitions

    features = read_all_features()
    used = [step for document in features for step in document.steps]

    assert gaps(load_register(), features, uses_of(step_definitions(import_module("steps")), used)) == []


def test_an_unknown_requirement_is_a_gap():
    assert "features/x.feature:3: tag @req:MAC-99 names no requirement of the register" in gap_texts(
        feature("@req:MAC-99")
    )


def test_a_scenario_without_requirement_is_a_gap():
    assert "features/x.feature:3: scenario 'S' names no requirement; tag @req:ID" in gap_texts(feature("@slow"))


def test_a_requirement_without_scenario_is_a_gap():
    texts = gap_texts(feature("@req:MAC-03"))

    assert "MAC-04: has no scenario; tag one with @req:MAC-04" in texts
    assert not any(text.startswith(("MAC-03:", "CLU-06:")) for text in texts)


def test_a_requirement_without_check_is_a_gap(monkeypatch):
    from conformance import trace

    known = {name: check for name, check in trace.checks().items() if name != "OS-02"}
    monkeypatch.setattr(trace, "checks", lambda: known)

    assert "OS-02: has no check; register one in conformance/checks" in gap_texts()


def test_a_check_without_requirement_is_a_gap(monkeypatch):
    from conformance import trace

    known = dict(trace.checks())
    known["OS-99"] = known["OS-02"]
    monkeypatch.setattr(trace, "checks", lambda: known)

    assert "conformance.checks.system.pve_version: checks OS-99, which the register does not have" in gap_texts()


def test_an_unused_step_is_a_gap():
    assert "steps/x.py:1: no scenario uses this step" in gap_texts(steps={"steps/x.py:1": ()})


def test_a_step_without_definition_is_a_gap():
    step = StepUse("features/x.feature:4", "given", "a lab")

    assert "features/x.feature:4: no step definition fits 'a lab'" in gap_texts(feature("@req:MAC-03", steps=[step]))


def test_an_ambiguous_step_is_a_gap():
    step = StepUse("features/x.feature:4", "given", "a lab")
    document = feature("@req:MAC-03", steps=[step])

    assert "features/x.feature:4: 'a lab' fits several steps; a and b" in gap_texts(
        document, steps={"a": (step,), "b": (step,)}
    )


def test_a_unit_without_requirement_or_reason_is_a_gap(monkeypatch):
    from conformance import trace

    key, unit = next(iter(trace.load_pages(load_register()).items()))
    bare = unit.model_copy(update={"requirements": (), "reason": ""})
    monkeypatch.setattr(trace, "load_pages", lambda register: {key: bare})

    assert (
        f"{key}: asks for no requirement and gives no reason; add one to the register's trace, or a reason"
        in gap_texts()
    )


def test_threads_join_unit_requirement_scenario_and_check():
    found = {thread.unit.key: thread for thread in threads(load_register(), [feature("@req:ROLE-01")])}

    thread = found["mgmt:Purpose:s2a"]
    assert thread.requirements == ("ROLE-01",)
    assert thread.scenarios == ("features/x.feature:3 S",)
    assert thread.checks == ("conformance.checks.roles.two_hypervisors",)


def test_scenarios_are_found_by_requirement(document):
    assert list(scenarios_by_requirement([document])) == ["MAC-03", "MAC-04", "MAC-01"]
