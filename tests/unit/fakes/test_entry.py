"""A file keeps what is appended to it, whenever it is read and whatever is written in between."""

from __future__ import annotations

from fakes.pve.cfs import Tree


def tree() -> Tree:
    return Tree(now=lambda: 1000.0)


def test_appended_texts_are_read_in_their_order() -> None:
    files = tree()

    files.append("log", "one\n")
    files.append("log", "two\n")
    first = files.read("log")
    files.append("log", "three\n")

    assert first == "one\ntwo\n"
    assert files.read("log") == "one\ntwo\nthree\n"
    assert files.size("log") == len("one\ntwo\nthree\n")


def test_writing_forgets_what_was_appended() -> None:
    files = tree()
    files.append("log", "one\n")
    files.append("log", "two\n")

    files.write("log", "anew\n")

    assert files.read("log") == "anew\n"


def test_appending_to_bytes_keeps_them() -> None:
    files = tree()
    files.write("blob", b"\xff\x00")

    files.append("blob", "x")

    assert files.read_bytes("blob") == b"\xff\x00x"


def test_appending_makes_parsed_content_stale() -> None:
    files = tree()
    files.append("log", "one\n")
    before = files.parsed("log", str.splitlines)

    files.append("log", "two\n")

    assert (before, files.parsed("log", str.splitlines)) == (["one"], ["one", "two"])


def test_a_snapshot_holds_what_was_appended() -> None:
    files = tree()
    files.write("log", "one\n")
    files.append("log", "two\n")

    assert files.snapshot() == {"log": "one\ntwo\n"}
