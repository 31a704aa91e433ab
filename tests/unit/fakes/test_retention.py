"""Which backups a retention keeps."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.pve.storage.retention import Backup, marked

NOON = 1767268800
HOUR = 3600


def backups(*hours: int) -> list[Backup]:
    """Backups of guest 101, so many hours before a noon (UTC)."""
    return [Backup(f"local:{back}", NOON - back * HOUR, "qemu", 101) for back in hours]


def kept(keep: dict[str, Any], *hours: int) -> list[str]:
    """How many hours old the backups are that stay, oldest first."""
    return [one.volid.removeprefix("local:") for one in marked(backups(*hours), keep, "UTC") if one.mark == "keep"]


@pytest.mark.parametrize(
    ("keep", "left"),
    [
        ({"keep-last": 2}, ["1", "0"]),
        ({"keep-daily": 2}, ["13", "0"]),
        ({"keep-weekly": 1}, ["0"]),
        ({"keep-last": 1, "keep-daily": 1}, ["13", "0"]),
        ({"keep-all": 1}, ["37", "13", "1", "0"]),
        ({"keep-last": 0}, ["37", "13", "1", "0"]),
    ],
)
def test_a_retention_keeps_the_newest_of_each_period(keep: dict[str, Any], left: list[str]) -> None:
    assert kept(keep, 0, 1, 13, 37) == left


def test_guests_are_counted_apart() -> None:
    other = Backup("local:other", NOON - HOUR, "qemu", 102)

    marks = {one.volid: one.mark for one in marked([*backups(0), other], {"keep-last": 1}, "UTC")}

    assert marks == {"local:0": "keep", "local:other": "keep"}


def test_backups_with_other_names_are_never_pruned() -> None:
    odd = Backup("local:odd", NOON - HOUR, "qemu", 101, is_standard=False)

    marks = {one.volid: one.mark for one in marked([*backups(0), odd], {"keep-last": 1}, "UTC")}

    assert marks["local:odd"] == "renamed"


def test_the_day_is_that_of_the_time_zone() -> None:
    rows = marked(backups(0, 13), {"keep-daily": 1, "keep-last": 0}, "Pacific/Kiritimati")

    assert [one.mark for one in rows] == ["remove", "keep"]
