"""Values as people and programs read them."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.commands.rendering import bytes_text, compact_json, duration_text, percentage_text, timestamp_text
from fakes.commands.results import pretty_json
from fakes.commands.yamltext import yaml_text


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0.00 B"), (1023, "1023.00 B"), (1024, "1.00 KiB"), (4 * 1024**3, "4.00 GiB"), (1536 * 1024**4, "1.50 PiB")],
)
def test_a_size_is_told_in_the_largest_unit_that_fits(size: int, text: str) -> None:
    assert bytes_text(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (59, "59s"), (3661, "1h 1m 1s"), (86400 * 8 + 60, "1w 1d 1m")]
)
def test_a_duration_leaves_out_what_is_zero(seconds: int, text: str) -> None:
    assert duration_text(seconds) == text


def test_a_share_is_told_in_per_cent() -> None:
    assert percentage_text(0.12345) == "12.35%"


def test_a_moment_is_told_to_the_second() -> None:
    assert timestamp_text(0) == "1970-01-01 00:00:00"


def test_whole_numbers_lose_their_point_in_json() -> None:
    assert compact_json({"b": 0.0, "a": 1 / 3}) == '{"a":0.333333333333333,"b":0}'


def test_pretty_json_is_indented_by_three_with_blanks_around_colons() -> None:
    assert pretty_json({"b": [], "a": {"c": 1}}) == '{\n   "a" : {\n      "c" : 1\n   },\n   "b" : []\n}'


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"release": "8.4", "version": "8.4.1"}, "---\nrelease: '8.4'\nversion: 8.4.1\n"),
        ([{"cpu": 0, "level": ""}], "---\n- cpu: 0\n  level: ''\n"),
        ({"a": None, "b": "true", "c": "Tenant lab"}, "---\na: ~\nb: 'true'\nc: Tenant lab\n"),
        ({"members": [{"id": "x"}]}, "---\nmembers:\n- id: x\n"),
    ],
    ids=["texts like numbers", "empty text", "words", "nested"],
)
def test_yaml_is_written_as_libyaml_does_for_perl(data: Any, text: str) -> None:
    assert yaml_text(data) == text
