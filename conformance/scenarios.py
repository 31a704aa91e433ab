"""Feature files as data, read with the parser that pytest-bdd reads them with, and the step definitions they use."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from gherkin.errors import CompositeParserException
from gherkin.parser import Parser
from pytest_bdd.steps import step_function_context_registry

from fixtures.errors import ConfigError, Problem

KINDS: Mapping[str, str] = {"Context": "given", "Action": "when", "Outcome": "then"}


@dataclass(frozen=True)
class StepUse:
    """A step as a scenario says it."""

    place: str
    kind: str
    text: str


@dataclass(frozen=True)
class ScenarioText:
    """A scenario of a feature file, with the tags it has and inherits."""

    place: str
    name: str
    tags: tuple[str, ...]
    steps: tuple[StepUse, ...]


@dataclass(frozen=True)
class Document:
    """A feature file."""

    path: str
    name: str
    scenarios: tuple[ScenarioText, ...]

    @property
    def steps(self) -> tuple[StepUse, ...]:
        """All steps of all scenarios, a background step once."""
        return tuple(dict.fromkeys(step for scenario in self.scenarios for step in scenario.steps))


def read_features(folder: Path) -> tuple[Document, ...]:
    """All feature files below a folder; ConfigError with the errors of all of them."""
    problems: list[Problem] = []
    found = [_read(path, folder, problems) for path in sorted(folder.rglob("*.feature"))]
    if problems:
        raise ConfigError.collected(problems)
    return tuple(document for document in found if document is not None)


def _read(path: Path, folder: Path, problems: list[Problem]) -> Document | None:
    shown = str(path.relative_to(folder.parent))
    try:
        parsed: Any = Parser().parse(path.read_text(encoding="utf-8"))
    except CompositeParserException as error:
        problems += [Problem(f"{shown}:{one.location['line']}", str(one).splitlines()[0]) for one in error.errors]
        return None
    feature = parsed.get("feature")
    if not feature:
        return Document(shown, "", ())
    tags = _tags(feature)
    return Document(shown, feature["name"], tuple(_scenarios(feature["children"], tags, (), shown)))


def _tags(node: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(tag["name"] for tag in node.get("tags", ()))


def _scenarios(
    children: Sequence[Mapping[str, Any]], tags: tuple[str, ...], before: tuple[StepUse, ...], path: str
) -> Iterator[ScenarioText]:
    for child in children:
        if "background" in child:
            before = (*before, *_steps(child["background"]["steps"], path, {}))
        elif "rule" in child:
            rule = child["rule"]
            yield from _scenarios(rule["children"], (*tags, *_tags(rule)), before, path)
        elif "scenario" in child:
            yield from _variants(child["scenario"], tags, before, path)


def _variants(
    scenario: Mapping[str, Any], tags: tuple[str, ...], before: tuple[StepUse, ...], path: str
) -> Iterator[ScenarioText]:
    """The scenario, or one per row of its examples."""
    place = f"{path}:{scenario['location']['line']}"
    own = (*tags, *_tags(scenario))
    tables = [table for table in scenario.get("examples", ()) if table.get("tableHeader")]
    if not tables:
        yield ScenarioText(place, scenario["name"], own, (*before, *_steps(scenario["steps"], path, {})))
    for table in tables:
        names = [cell["value"] for cell in table["tableHeader"]["cells"]]
        for row in table["tableBody"]:
            values = dict(zip(names, (cell["value"] for cell in row["cells"]), strict=True))
            steps = (*before, *_steps(scenario["steps"], path, values))
            yield ScenarioText(place, _filled(scenario["name"], values), (*own, *_tags(table)), steps)


def _steps(steps: Sequence[Mapping[str, Any]], path: str, values: Mapping[str, str]) -> tuple[StepUse, ...]:
    found: list[StepUse] = []
    for step in steps:
        kind = KINDS.get(step["keywordType"]) or (found[-1].kind if found else "given")
        found.append(StepUse(f"{path}:{step['location']['line']}", kind, _filled(step["text"], values)))
    return tuple(found)


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"<{name}>", value)
    return text


def step_definitions(package: ModuleType) -> dict[str, Any]:
    """The step definitions (pytest-bdd's contexts) of a package's modules, by place and words."""
    prefix = f"{package.__name__}."
    for info in pkgutil.walk_packages(package.__path__, prefix):
        importlib.import_module(info.name)
    contexts = [one for one in step_function_context_registry.values() if one.step_func.__module__.startswith(prefix)]
    return dict(sorted((_place(context), context) for context in contexts))


def _place(context: Any) -> str:
    function = context.step_func
    file = f"{function.__module__.replace('.', '/')}.py"
    return f"{file}:{function.__code__.co_firstlineno} {context.type or 'step'} {context.parser.name!r}"


def uses_of(definitions: Mapping[str, Any], steps: Sequence[StepUse]) -> dict[str, tuple[StepUse, ...]]:
    """For each definition the steps that it fits, by kind and words."""
    return {
        place: tuple(
            step for step in steps if context.type in (None, step.kind) and context.parser.is_matching(step.text)
        )
        for place, context in definitions.items()
    }
