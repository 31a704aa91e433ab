"""The repository keeps the rules of its architecture, and a tree that breaks one is found."""

from pathlib import Path

import pytest

from tests.structure import rules
from tests.structure.architecture import LONGEST_MODULE
from tests.structure.rules import RULES, Rule
from tests.structure.source import modules

ROOT = Path(__file__).parents[2]

TOO_LONG = '"""Long."""\n' + "x = 1\n" * LONGEST_MODULE
IMPORTS = rules.packages_import_only_what_the_table_allows
LIBRARIES = rules.libraries_stay_where_they_belong
NAMES = rules.modules_and_classes_are_named_for_what_they_are
TEXTS = rules.texts_are_finished_and_speak_of_the_project_only

BREACHES = [
    (IMPORTS, "fixtures/site.py", "import fakes", "fixtures/site.py:1: fixtures.site imports fakes"),
    (IMPORTS, "fakes/lab.py", "from sim.lab import up", "fakes/lab.py:1: fakes.lab imports sim.lab.up"),
    (IMPORTS, "fakes/lab.py", "import tests.unit", "fakes/lab.py:1: fakes.lab imports tests.unit"),
    (IMPORTS, "sim/lab.py", "import conformance.cli", "sim/lab.py:1: sim.lab imports conformance.cli"),
    (
        IMPORTS,
        "conformance/judge.py",
        "def f():\n    import sim",
        "conformance/judge.py:2: conformance.judge imports sim",
    ),
    (
        IMPORTS,
        "conformance/judge.py",
        'import_module("fakes.lab")',
        "conformance/judge.py:1: conformance.judge imports fakes.lab",
    ),
    (
        IMPORTS,
        "conformance/judge.py",
        'importlib.import_module(f"fakes.{name}")',
        "conformance/judge.py:1: conformance.judge imports fakes.",
    ),
    (
        IMPORTS,
        "conformance/targets/fake.py",
        "import fakes",
        "conformance/targets/fake.py:1: conformance.targets.fake imports fakes at the top; only inside a function",
    ),
    (
        IMPORTS,
        "conformance/judge.py",
        "if TYPE_CHECKING:\n    import fakes",
        "conformance/judge.py:2: conformance.judge imports fakes",
    ),
    (IMPORTS, "steps/network.py", "import fakes", "steps/network.py:1: steps.network imports fakes"),
    (IMPORTS, "steps/network.py", "def f():\n    import sim", "steps/network.py:2: steps.network imports sim"),
    (IMPORTS, "conftest.py", "import fakes", "conftest.py:1: conftest imports fakes"),
    (
        LIBRARIES,
        "steps/network.py",
        "import requests",
        "steps/network.py:1: requests belongs in conformance, fakes, sim",
    ),
    (LIBRARIES, "sim/lab.py", "def f():\n    import libvirt", "sim/lab.py:2: libvirt belongs in sim.connection"),
    (LIBRARIES, "sim/connections.py", "import libvirt", "sim/connections.py:1: libvirt belongs in sim.connection"),
    (rules.the_top_level_holds_only_what_is_listed, "scripts/run.sh", "", "scripts: not part of the top level"),
    (
        rules.modules_are_short,
        "fakes/lab.py",
        TOO_LONG,
        f"fakes/lab.py: {LONGEST_MODULE + 1} lines, over {LONGEST_MODULE}",
    ),
    (NAMES, "fakes/pve/helpers.py", "", "fakes/pve/helpers.py: fakes.pve.helpers says nothing: helpers"),
    (NAMES, "fakes/common/lab.py", "", "fakes/common/lab.py: fakes.common.lab says nothing: common"),
    (NAMES, "sim/net_utils/bridge.py", "", "sim/net_utils/bridge.py: sim.net_utils.bridge says nothing: utils"),
    (NAMES, "fakes/lab.py", "class LabManager: ...", "fakes/lab.py:1: LabManager says nothing: manager"),
    (rules.modules_say_what_they_are, "fakes/lab.py", "x = 1", "fakes/lab.py: no docstring"),
    (TEXTS, "docs/a.md", "x\nTO" + "DO: more", "docs/a.md:2: work left for later: TO" + "DO: more"),
    (
        TEXTS,
        "fakes/lab.py",
        "# Not implemented" + " yet",
        "fakes/lab.py:1: work left for later: # Not implemented" + " yet",
    ),
    (
        TEXTS,
        "README.md",
        "see /wor" + "k/main",
        "README.md:1: a path of the machine it was written on: see /wor" + "k/main",
    ),
]

PERMITTED = [
    (IMPORTS, "conformance/targets/fake.py", "if TYPE_CHECKING:\n    from fakes.lab import FakeLab"),
    (IMPORTS, "conformance/targets/fake.py", "def open():\n    from fakes.lab import FakeLab"),
    (IMPORTS, "sim/lab.py", "from fakes.pve import hypervisor\nfrom . import plan"),
    (IMPORTS, "steps/network.py", "from conformance.targets import Target\nimport fixtures.site"),
    (LIBRARIES, "sim/connection.py", "import libvirt"),
    (NAMES, "conformance/baseline.py", "class Baseline: ...\nclass CommonHeaders: ..."),
    (TEXTS, "docs/a.md", "frame/work/ and https://x.example/work/1 and TODOS"),
]


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True)
    (root / path).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_repository_keeps_the_rule(rule: Rule) -> None:
    assert "\n".join(rule(ROOT)) == ""


@pytest.mark.parametrize(("rule", "path", "text", "breach"), BREACHES)
def test_a_breach_is_named_with_its_place(tmp_path: Path, rule: Rule, path: str, text: str, breach: str) -> None:
    write(tmp_path / "tree", path, text)

    assert rule(tmp_path / "tree") == [breach]


@pytest.mark.parametrize(("rule", "path", "text"), PERMITTED)
def test_what_is_permitted_is_no_breach(tmp_path: Path, rule: Rule, path: str, text: str) -> None:
    write(tmp_path / "tree", path, text)

    assert rule(tmp_path / "tree") == []


def test_every_rule_has_a_breach_that_it_finds() -> None:
    assert {rule for rule, *_ in BREACHES} == set(RULES)


def test_the_rules_look_at_every_package() -> None:
    assert {module.name for module in modules(ROOT)} >= {"fixtures", "fakes", "sim", "conformance", "steps", "features"}
