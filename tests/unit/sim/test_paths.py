"""Files are where the XDG rules put them, and no name of a site leads out of there."""

from pathlib import Path

import pytest

from fixtures.errors import LabError
from sim.paths import image_cache, lab_folder, state_root


def test_the_cache_follows_the_environment() -> None:
    assert image_cache({"XDG_CACHE_HOME": "/big/cache"}) == Path("/big/cache/labctl/images")


@pytest.mark.parametrize("value", ["", "relative/path"])
def test_an_empty_or_relative_setting_is_ignored(value: str) -> None:
    assert state_root({"XDG_STATE_HOME": value}) == Path.home() / ".local/state/labctl/sim"


def test_a_lab_has_a_folder_of_its_own() -> None:
    assert lab_folder("dvntm").path == state_root() / "dvntm"


@pytest.mark.parametrize("name", ["", ".", "..", "../dvntm", "a/b", ".hidden"])
def test_a_name_that_would_lead_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(LabError, match="not a name for a lab"):
        lab_folder(name)
