"""Lines per top-level folder, and the ten largest modules."""

from collections import Counter
from pathlib import Path

import pytest

from tests.structure.architecture import CODE
from tests.structure.source import modules

pytestmark = pytest.mark.bench

ROOT = Path(__file__).parents[2]


def test_the_code_is_counted() -> None:
    lines = {module.path: module.text.count("\n") for module in modules(ROOT, *CODE, "tests")}
    folders: Counter[str] = Counter()
    for path, count in lines.items():
        folders[path.partition("/")[0]] += count

    print()
    print("\n".join(f"{count:6} {folder}" for folder, count in folders.most_common()))
    print("\n".join(f"{count:6} {path}" for path, count in Counter(lines).most_common(10)))
    assert set(folders) == {*CODE, "tests"}
