"""KVM counts as working only when a kernel ran under it; the outcome is kept until the next boot or upgrade."""

import json
from pathlib import Path

import pytest

from sim.accelerator import KvmVerdict, kvm_verdict, recall
from sim.media import NodeImage

RUNS = "echo labctl-self-test-ok"
ABORTS = "echo 'qemu: Assertion `ret == nmsrs failed.' >&2; exit 134"
HANGS = "exec sleep 60"
RUNS_AND_FAILS = "echo labctl-self-test-ok; exit 1"


def verdict(folder: Path, behaviour: str, *, version: str = "QEMU 7.2", device: str = "/dev/null") -> KvmVerdict:
    emulator = folder / "qemu"
    emulator.write_text(f'#!/bin/sh\n[ "$1" != --version ] || {{ echo "{version}"; exit; }}\n{behaviour}\n')
    emulator.chmod(0o755)
    image = NodeImage("aaaaaaaaaaaa", folder)
    return kvm_verdict(image, folder, emulator=str(emulator), device=device, deadline_s=0.5)


def test_kvm_works_when_a_kernel_reached_its_ramdisk(tmp_path: Path) -> None:
    found = verdict(tmp_path, RUNS)

    assert found.works
    assert found.accelerator == "kvm"


def test_an_emulator_that_aborts_is_quoted(tmp_path: Path) -> None:
    found = verdict(tmp_path, ABORTS)

    assert found.accelerator == "tcg"
    assert found.reason == "QEMU ended with status 134 under KVM: qemu: Assertion `ret == nmsrs failed."


def test_a_kernel_that_gets_nowhere_is_given_up(tmp_path: Path) -> None:
    found = verdict(tmp_path, HANGS)

    assert not found.works
    assert found.reason == "a kernel did not get to its ramdisk under KVM within 0.5 s"


def test_the_marker_alone_is_not_enough(tmp_path: Path) -> None:
    assert not verdict(tmp_path, RUNS_AND_FAILS).works


def test_without_the_device_nothing_is_tried(tmp_path: Path) -> None:
    found = verdict(tmp_path, RUNS, device=str(tmp_path / "kvm"))

    assert found.reason == f"{tmp_path / 'kvm'} is not there or may not be opened"


def test_the_outcome_is_recalled(tmp_path: Path) -> None:
    first = verdict(tmp_path, ABORTS)

    assert verdict(tmp_path, RUNS) == first
    assert recall(tmp_path) == first


def test_another_emulator_is_tried_anew(tmp_path: Path) -> None:
    verdict(tmp_path, ABORTS)

    assert verdict(tmp_path, RUNS, version="QEMU 8.0").works


def test_another_boot_is_tried_anew(tmp_path: Path) -> None:
    verdict(tmp_path, ABORTS)
    file = tmp_path / "kvm.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "boot_id": "earlier"}))

    assert verdict(tmp_path, RUNS).works


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"works": true'])
def test_a_damaged_record_is_no_record(tmp_path: Path, text: str) -> None:
    (tmp_path / "kvm.json").write_text(text)

    assert recall(tmp_path) is None
