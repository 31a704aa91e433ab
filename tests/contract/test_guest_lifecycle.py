"""Guests through long random lives: the API, the files of /etc/pve and the storages always say what a model says."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from fakes.client import LocalClient
from fakes.pve.dispatch import Api
from fakes.pve.http import ApiError
from tests.contract.conftest import pristine
from tests.contract.guestmodel import (
    GIB,
    NODE,
    Disk,
    Guest,
    State,
    expected_volumes,
    in_the_files,
    through_the_api,
    volumes,
)

SNAPSHOTS = st.sampled_from(["one", "two", "three"])
STORAGES = st.sampled_from(["local-lvm", "dirimg"])
FIRST, MOST = 100, 5
GONE = 0


class Lives(RuleBasedStateMachine):
    """Up to five guests on one node."""

    def __init__(self) -> None:
        super().__init__()
        self.datacenter = pristine()
        self.client = LocalClient(Api(self.datacenter))
        self.client.post("/storage", storage="dirimg", type="dir", path="/srv/img", content="images")
        self.guests: dict[int, Guest] = {}

    def pick(self, number: int) -> tuple[int, Guest]:
        vmid = sorted(self.guests)[number % len(self.guests)]
        return vmid, self.guests[vmid]

    def free(self) -> int:
        return next(vmid for vmid in range(FIRST, FIRST + MOST + 1) if vmid not in self.guests)

    def task(self, verb: str, path: str, **params: Any) -> None:
        self.client.task(verb, f"{NODE}/qemu{path}", **params)

    def is_refused(self, words: str, verb: str, path: str, **params: Any) -> None:
        with pytest.raises(ApiError, match=words):
            self.task(verb, path, **params)

    has_room = precondition(lambda self: len(self.guests) < MOST)
    has_guests = precondition(lambda self: self.guests)
    any_guest = st.integers(0, MOST - 1)

    @has_room
    @rule(size=st.integers(1, 3), storage=STORAGES)
    def create(self, size: int, storage: str) -> None:
        vmid = self.free()
        form = ",format=qcow2" if storage == "dirimg" else ""
        self.task("POST", "", vmid=vmid, name=f"guest-{vmid}", scsi0=f"{storage}:{size}{form}")
        self.guests[vmid] = Guest(f"guest-{vmid}", State(disks={"scsi0": Disk(storage, size * GIB)}))

    @has_guests
    @rule(number=any_guest, cores=st.integers(1, 4))
    def configure(self, number: int, cores: int) -> None:
        vmid, guest = self.pick(number)
        if guest.is_running:
            return
        self.client.put(f"{NODE}/qemu/{vmid}/config", cores=cores)
        guest.state.cores = cores

    @has_guests
    @rule(number=any_guest, size=st.integers(1, 2))
    def add_a_disk(self, number: int, size: int) -> None:
        vmid, guest = self.pick(number)
        if guest.is_template or guest.snapshots or "scsi1" in guest.state.disks:
            return
        self.task("POST", f"/{vmid}/config", scsi1=f"local-lvm:{size}")
        guest.state.disks["scsi1"] = Disk("local-lvm", size * GIB)

    @has_guests
    @rule(number=any_guest)
    def remove_a_disk(self, number: int) -> None:
        vmid, guest = self.pick(number)
        if guest.is_running or guest.is_template or guest.snapshots or "scsi1" not in guest.state.disks:
            return
        self.client.put(f"{NODE}/qemu/{vmid}/unlink", idlist="scsi1", force=1)
        del guest.state.disks["scsi1"]

    @has_guests
    @rule(number=any_guest, more=st.integers(1, 2))
    def resize(self, number: int, more: int) -> None:
        vmid, guest = self.pick(number)
        if guest.is_template or (guest.snapshots and guest.state.disks["scsi0"].storage == "dirimg"):
            return
        self.task("PUT", f"/{vmid}/resize", disk="scsi0", size=f"+{more}G")
        guest.state.disks["scsi0"].size += more * GIB

    @has_guests
    @rule(number=any_guest)
    def move(self, number: int) -> None:
        vmid, guest = self.pick(number)
        disk = guest.state.disks["scsi0"]
        target = "dirimg" if disk.storage == "local-lvm" else "local-lvm"
        if guest.is_template or guest.snapshots or guest.base is not None:
            return
        form = {"format": "qcow2"} if target == "dirimg" else {}
        self.task("POST", f"/{vmid}/move_disk", disk="scsi0", storage=target, delete=1, **form)
        disk.storage = target

    @has_guests
    @rule(number=any_guest)
    def start(self, number: int) -> None:
        vmid, guest = self.pick(number)
        if guest.is_template:
            self.is_refused("you can't start a vm if it's a template", "POST", f"/{vmid}/status/start")
        elif guest.is_running:
            self.is_refused(f"VM {vmid} already running", "POST", f"/{vmid}/status/start")
        else:
            self.task("POST", f"/{vmid}/status/start")
            guest.is_running = True

    @has_guests
    @rule(number=any_guest, verb=st.sampled_from(["stop", "shutdown"]))
    def stop(self, number: int, verb: str) -> None:
        vmid, guest = self.pick(number)
        self.task("POST", f"/{vmid}/status/{verb}")
        guest.is_running = False

    @has_guests
    @rule(number=any_guest, name=SNAPSHOTS)
    def snapshot(self, number: int, name: str) -> None:
        vmid, guest = self.pick(number)
        if guest.is_template:
            return
        if name in guest.snapshots:
            self.is_refused("snapshot name '.+' already used", "POST", f"/{vmid}/snapshot", snapname=name)
            return
        self.task("POST", f"/{vmid}/snapshot", snapname=name)
        guest.remember(name)

    @has_guests
    @rule(number=any_guest, name=SNAPSHOTS)
    def roll_back(self, number: int, name: str) -> None:
        vmid, guest = self.pick(number)
        if name not in guest.snapshots:
            words = "if vm is a template" if guest.is_template else f"snapshot '{name}' does not exist"
            self.is_refused(words, "POST", f"/{vmid}/snapshot/{name}/rollback")
            return
        self.task("POST", f"/{vmid}/snapshot/{name}/rollback")
        guest.go_back(name)

    @has_guests
    @rule(number=any_guest, name=SNAPSHOTS)
    def delete_a_snapshot(self, number: int, name: str) -> None:
        vmid, guest = self.pick(number)
        parents = {one["name"]: one.get("parent") for one in self.client.get(f"{NODE}/qemu/{vmid}/snapshot")}
        if name not in guest.snapshots:
            return
        self.task("DELETE", f"/{vmid}/snapshot/{name}")
        del guest.snapshots[name]
        if guest.parent == name:
            guest.parent = parents[name]

    @has_guests
    @rule(number=any_guest)
    def make_a_template(self, number: int) -> None:
        vmid, guest = self.pick(number)
        if guest.is_template or guest.base is not None:
            return
        if guest.snapshots:
            self.is_refused("unable to create template, because VM contains snapshots", "POST", f"/{vmid}/template")
        elif guest.is_running:
            self.is_refused("you can't convert a VM to template if VM is running", "POST", f"/{vmid}/template")
        else:
            self.task("POST", f"/{vmid}/template")
            guest.is_template = True

    @has_guests
    @has_room
    @rule(number=any_guest, full=st.booleans())
    def clone(self, number: int, full: bool) -> None:
        (vmid, guest), newid = self.pick(number), self.free()
        if not guest.is_template and not full:
            words = "Linked clone feature is not supported"
            self.is_refused(words, "POST", f"/{vmid}/clone", newid=newid, full=0)
            return
        self.task("POST", f"/{vmid}/clone", newid=newid, name=f"guest-{newid}", full=int(full))
        state = copy.deepcopy(guest.state)
        self.guests[newid] = Guest(f"guest-{newid}", state, base=None if full else vmid)

    @has_guests
    @rule(number=any_guest)
    def delete(self, number: int) -> None:
        vmid, guest = self.pick(number)
        if guest.is_running:
            self.is_refused(f"VM {vmid} is running - destroy failed", "DELETE", f"/{vmid}")
            return
        clones = [other for other in self.guests.values() if other.base == vmid]
        if clones and guest.state.disks["scsi0"].storage == "dirimg":
            self.is_refused("is still in use by linked clone", "DELETE", f"/{vmid}")
            return
        self.task("DELETE", f"/{vmid}")
        del self.guests[vmid]
        for clone in clones:
            # Thin volumes do not know what they were made from; the clones live on without it.
            clone.base = GONE

    @invariant()
    def the_api_says_what_the_model_says(self) -> None:
        assert through_the_api(self.client) == {vmid: guest.summary() for vmid, guest in self.guests.items()}

    @invariant()
    def the_files_say_what_the_model_says(self) -> None:
        expected = {vmid: guest.summary() for vmid, guest in self.guests.items()}
        for guest in expected.values():
            del guest["status"]
        assert in_the_files(self.datacenter) == expected

    @invariant()
    def the_storages_hold_what_the_model_says(self) -> None:
        assert volumes(self.client) == expected_volumes(self.guests)

    def teardown(self) -> None:
        for vmid, guest in sorted(self.guests.items(), key=lambda pair: pair[1].is_template):
            if guest.is_running:
                self.task("POST", f"/{vmid}/status/stop")
            self.task("DELETE", f"/{vmid}")
        assert volumes(self.client) == {"local-lvm": [], "dirimg": []}


@pytest.mark.slow
def test_guests_live_as_the_model_says() -> None:
    profile = settings(
        max_examples=40,
        stateful_step_count=30,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )

    run_state_machine_as_test(Lives, settings=profile)
