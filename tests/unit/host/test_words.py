"""Command lines become words and operators as a POSIX shell splits them."""

from __future__ import annotations

import pytest

from fakes.host.words import ShellSyntaxError, Word, tokenize


def texts(line: str) -> list[str]:
    return [token.text if isinstance(token, Word) else f"<{token}>" for token in tokenize(line)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cat /etc/hosts", ["cat", "/etc/hosts"]),
        ("grep -sH '' /sys/x", ["grep", "-sH", "", "/sys/x"]),
        ('echo "a b"c', ["echo", "a bc"]),
        ("a && b || c ; d", ["a", "<&&>", "b", "<||>", "c", "<;>", "d"]),
        ("a|b", ["a", "<|>", "b"]),
        ("a 2>/dev/null", ["a", "<2>>", "/dev/null"]),
        ("a >/dev/null 2>&1", ["a", "<>>", "/dev/null", "<2>&1>"]),
        (r"echo a\ b", ["echo", "a b"]),
        (r'echo "a\"b"', ["echo", 'a"b']),
        ("echo 'it''s'", ["echo", "its"]),
    ],
)
def test_a_line_is_split_as_a_shell_splits_it(line: str, expected: list[str]) -> None:
    assert texts(line) == expected


def test_an_open_quote_is_an_error() -> None:
    with pytest.raises(ShellSyntaxError, match="unexpected EOF while looking for matching `''"):
        tokenize("echo 'a")


@pytest.mark.parametrize(("line", "expected"), [("/sys/*/x", True), ("'/sys/*/x'", False), (r"/sys/\*", False)])
def test_only_an_unquoted_star_is_a_wildcard(line: str, expected: bool) -> None:
    (word,) = tokenize(line)

    assert isinstance(word, Word)
    assert word.has_glob is expected
