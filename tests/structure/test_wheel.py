"""The wheel carries everything the installed command reads: scenarios, sites, templates, schema tables, type marks."""

import zipfile
from pathlib import Path

import pytest

from tests.structure.architecture import CODE
from tests.structure.source import files

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel_names(wheel: Path) -> frozenset[str]:
    """The file names in the wheel."""
    return frozenset(zipfile.ZipFile(wheel).namelist())


def test_every_file_of_the_packages_is_in_the_wheel(wheel_names: frozenset[str]) -> None:
    expected = {str(path.relative_to(ROOT)) for path in files(ROOT, *CODE)}

    assert expected - wheel_names == set()


def test_the_wheel_holds_the_packages_and_nothing_else(wheel_names: frozenset[str]) -> None:
    tops = {name.partition("/")[0] for name in wheel_names}

    assert {top for top in tops if not top.startswith("labctl-")} == set(CODE)


@pytest.mark.parametrize("package", sorted(set(CODE) - {"features"}))
def test_a_package_is_marked_as_typed(wheel_names: frozenset[str], package: str) -> None:
    assert f"{package}/py.typed" in wheel_names


def test_the_licence_travels_with_the_wheel(wheel_names: frozenset[str]) -> None:
    assert any(name.endswith("licenses/LICENSE") for name in wheel_names)
