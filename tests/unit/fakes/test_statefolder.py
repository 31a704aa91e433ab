"""The state folder: all of a request or nothing of it, whatever a crash left behind."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest

from fakes.pve.clock import VirtualClock
from fakes.pve.redolog import CAPACITY, RedoLog
from fakes.pve.statefolder import StateFolder, StateFolderError

NOW = 1_700_000_000.0
LARGE = b"\0" * 300_000


def now() -> float:
    return NOW


def crash_after(root: Path, writes: list[tuple[str, str | bytes]]) -> None:
    """Commit some files from a process that ends without closing anything."""

    def work() -> None:
        folder = StateFolder(root)
        tree = folder.tree("etc", now)
        for path, content in writes:
            tree.write(path, content)
        folder.commit()
        tree.write("unacknowledged", "x")
        os._exit(0)

    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    child.join()


@pytest.mark.parametrize("content", ["text", "ümlaut\n", "\udcff", b"\xff\0", LARGE, ""])
def test_what_was_committed_is_there_after_a_crash(tmp_path: Path, content: str | bytes) -> None:
    crash_after(tmp_path, [("a/b", content)])

    tree = StateFolder(tmp_path).tree("etc", now)

    expected = content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
    assert tree.read_bytes("a/b") == expected
    assert tree.mtime("a/b") == NOW
    assert "unacknowledged" not in tree


def test_files_that_a_crash_kept_from_being_written_are_made_from_the_log(tmp_path: Path) -> None:
    crash_after(tmp_path, [("one", "1"), ("two", "2")])
    (tmp_path / "etc" / "two").unlink()

    tree = StateFolder(tmp_path).tree("etc", now)

    assert [tree.read("one"), tree.read("two")] == ["1", "2"]


def test_what_was_added_to_a_file_is_added_once(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    tree = folder.tree("etc", now)
    tree.write("log", "a\n")
    folder.commit()
    tree.append("log", "b\n")
    folder.commit()
    record = (tmp_path / "redo.log").read_bytes()
    folder.close()
    # As if the process had been killed right before it closed the folder.
    (tmp_path / "redo.log").write_bytes(record)

    assert StateFolder(tmp_path).tree("etc", now).read("log") == "a\nb\n"


def test_what_an_orderly_end_left_may_be_changed_by_hand(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    folder.tree("etc", now).write("file", "ours")
    folder.close()
    (tmp_path / "etc" / "file").write_text("theirs", encoding="utf-8")

    assert StateFolder(tmp_path).tree("etc", now).read("file") == "theirs"


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    first = StateFolder(tmp_path)

    with pytest.raises(StateFolderError, match=rf"is in use by process {os.getpid()}; stop that one"):
        StateFolder(tmp_path)
    first.close()


def test_a_place_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(StateFolderError, match="cannot keep state here"):
        StateFolder(tmp_path / "file")


def test_time_goes_on_from_the_latest_change(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    folder.tree("etc", lambda: NOW + 500).write("file", "x")
    folder.close()
    again, clock = StateFolder(tmp_path), VirtualClock(NOW)
    again.tree("etc", clock.now)

    again.catch_up(clock)

    assert clock.now() == NOW + 500


@pytest.mark.parametrize("path", ["../x", "a/../b", "a//b", "a/\0", "x" * 256])
def test_no_file_leads_out_of_its_tree(tmp_path: Path, path: str) -> None:
    with pytest.raises(OSError, match=r"Invalid argument|File name too long"):
        StateFolder(tmp_path).tree("etc", now).write(path, "x")


def test_a_record_that_was_cut_off_was_never_there(tmp_path: Path) -> None:
    log = RedoLog(tmp_path / "log")
    log.append(b"first")
    log.append(b"second")
    with open(tmp_path / "log", "r+b") as stream:
        at = stream.read(200).index(b"second")
        stream.seek(at + 5)
        stream.write(b"\0")

    assert RedoLog(tmp_path / "log").left == [b"first"]


def test_records_of_an_older_round_are_not_taken_for_new_ones(tmp_path: Path) -> None:
    log = RedoLog(tmp_path / "log")
    log.append(b"older one")
    log.append(b"older two")
    log.restart()
    log.append(b"newer one")

    assert RedoLog(tmp_path / "log").left == [b"newer one"]


def test_a_record_may_be_larger_than_the_log(tmp_path: Path) -> None:
    log = RedoLog(tmp_path / "log")
    log.append(b"x" * (CAPACITY + 1))

    assert log.is_full
    assert [len(record) for record in RedoLog(tmp_path / "log").left] == [CAPACITY + 1]
