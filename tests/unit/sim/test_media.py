"""The image cache holds only finished images, and a failing tool is quoted."""

import json
from pathlib import Path

import pytest

from fixtures.errors import LabError
from sim.media import NodeImage, cached_images, ensure_image, find_image
from sim.progress import Silent
from sim.recipe import node_recipe

RECIPE = node_recipe({})


def finished_image(cache: Path, key: str) -> NodeImage:
    folder = cache / key
    folder.mkdir(parents=True)
    (folder / "image.json").write_text(json.dumps({"key": key, "built_at": "2026-11-21T16:00:00Z"}))
    return NodeImage(key, folder)


@pytest.fixture
def failing_mmdebstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    tool = tools / "mmdebstrap"
    tool.write_text("#!/bin/sh\necho 'E: no route to the mirror' >&2\nexit 9\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")


def test_a_finished_image_is_used_again(tmp_path: Path) -> None:
    image = finished_image(tmp_path, RECIPE.key)

    assert ensure_image(RECIPE, tmp_path, Silent()) == image


def test_an_image_without_its_manifest_is_not_finished(tmp_path: Path) -> None:
    (tmp_path / RECIPE.key).mkdir()

    assert find_image(RECIPE, tmp_path) is None


def test_an_interrupted_build_is_not_listed(tmp_path: Path) -> None:
    finished_image(tmp_path, "aaaaaaaaaaaa")
    finished_image(tmp_path, ".building-bbbbbbbbbbbb-x")

    assert [image.key for image in cached_images(tmp_path)] == ["aaaaaaaaaaaa"]


def test_an_image_says_when_it_was_built_and_what_it_takes(tmp_path: Path) -> None:
    image = finished_image(tmp_path, "aaaaaaaaaaaa")

    assert image.built_at == "2026-11-21T16:00:00Z"
    assert image.size_bytes > 0


@pytest.mark.usefixtures("failing_mmdebstrap")
def test_a_build_that_fails_quotes_the_tool_and_leaves_no_image(tmp_path: Path) -> None:
    with pytest.raises(LabError) as caught:
        ensure_image(RECIPE, tmp_path / "cache", Silent())

    assert str(caught.value) == "node image: mmdebstrap ended with status 9:\nE: no route to the mirror"
    assert cached_images(tmp_path / "cache") == ()


@pytest.mark.usefixtures("failing_mmdebstrap")
def test_the_next_build_removes_what_an_interrupted_one_left(tmp_path: Path) -> None:
    leftover = tmp_path / "cache" / ".building-bbbbbbbbbbbb-x"
    leftover.mkdir(parents=True)

    with pytest.raises(LabError):
        ensure_image(RECIPE, tmp_path / "cache", Silent())

    assert not leftover.exists()


def test_a_tool_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(LabError, match='mmdebstrap: not found on this machine; see "labctl sim doctor"'):
        ensure_image(RECIPE, tmp_path, Silent())
