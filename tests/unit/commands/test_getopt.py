"""Options as Getopt::Long reads them."""

from __future__ import annotations

import pytest

from fakes.commands.getopt import Parsed, Takes, parse_options

KNOWN = {"cores": Takes.VALUE, "onboot": Takes.MAYBE, "vms": Takes.VALUES, "comment": Takes.VALUE, "full": Takes.MAYBE}


def read(*words: str) -> Parsed:
    return parse_options(KNOWN, words)


@pytest.mark.parametrize(
    "words",
    [["--cores", "2"], ["-cores", "2"], ["--cores=2"], ["-cores=2"], ["--cor", "2"], ["--CORES", "2"]],
    ids=" ".join,
)
def test_an_option_is_read_in_every_spelling(words: list[str]) -> None:
    assert read(*words).options == {"cores": "2"}


def test_options_and_arguments_may_be_mixed() -> None:
    parsed = read("100", "--cores", "2", "101")

    assert (parsed.words, parsed.options) == (["100", "101"], {"cores": "2"})


def test_two_dashes_end_the_options() -> None:
    assert read("100", "--", "--cores", "2").words == ["100", "--cores", "2"]


def test_a_boolean_takes_the_next_word_unless_that_is_an_option() -> None:
    assert read("--onboot", "--full", "0").options == {"onboot": "", "full": "0"}


def test_a_value_may_look_like_an_option() -> None:
    assert read("--comment", "--x").options == {"comment": "--x"}


def test_a_list_may_be_given_in_several_options() -> None:
    assert read("--vms", "100", "--vms", "101,102").options == {"vms": ["100", "101,102"]}


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--nope", "1"], "Unknown option: nope"),
        (["--cores"], "Option cores requires an argument"),
        (["--cores="], "Option cores requires an argument"),
        (["--co", "1"], "Option co is ambiguous (comment, cores)"),
    ],
    ids=["unknown", "no value", "empty value", "ambiguous"],
)
def test_a_wrong_option_is_told_in_perls_words(words: list[str], problem: str) -> None:
    assert read(*words).problems == [problem]


def test_every_wrong_option_is_told() -> None:
    assert read("--a", "--b").problems == ["Unknown option: a", "Unknown option: b"]
