"""Two cannot change a lab at once, and nothing is left of the lock."""

from pathlib import Path

import pytest

from fixtures.errors import LabError
from sim.lock import hold


def test_a_second_holder_is_refused(tmp_path: Path) -> None:
    with (
        hold(tmp_path / "lock"),
        pytest.raises(LabError, match="another labctl is changing this lab; wait until it is done"),
        hold(tmp_path / "lock"),
    ):
        pass


def test_the_file_is_gone_afterwards(tmp_path: Path) -> None:
    with hold(tmp_path / "lock"):
        pass

    assert list(tmp_path.iterdir()) == []


def test_the_file_of_a_holder_that_died_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "lock").touch()

    with hold(tmp_path / "lock"):
        assert (tmp_path / "lock").exists()


def test_a_failure_inside_frees_the_lock(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="inside"), hold(tmp_path / "lock"):
        raise ValueError("inside")

    assert not (tmp_path / "lock").exists()
