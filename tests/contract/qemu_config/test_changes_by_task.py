"""POST config: the change is made by a task."""

from __future__ import annotations

from tests.contract.client import Pve
from tests.contract.qemu_config.guest import GUESTS, create


def test_post_logs_the_options_in_alphabetical_order(pve: Pve) -> None:
    create(pve, tags="a")

    upid = pve.post(
        f"{GUESTS}/100/config",
        {"reboot": 0, "description": "two\nlines", "delete": "tags", "cores": 2, "skiplock": 1, "digest": ""},
    ).data

    assert pve.log(upid) == [
        "update VM 100: -cores 2 -delete tags -description two",
        "lines -reboot 0",
        "TASK OK",
    ]


def test_post_hides_the_password(pve: Pve) -> None:
    create(pve)

    upid = pve.post(f"{GUESTS}/100/config", {"cipassword": "secret"}).data

    assert pve.log(upid)[0] == "update VM 100: -cipassword <hidden>"


def test_post_turns_a_refusal_into_a_task_error(pve: Pve) -> None:
    create(pve)

    upid = pve.post(f"{GUESTS}/100/config", {"boot": "order=net0"}).data

    assert pve.task(upid) == "invalid bootorder: device 'net0' does not exist'"


def test_post_logs_what_could_not_be_deleted(pve: Pve) -> None:
    create(pve)

    upid = pve.post(f"{GUESTS}/100/config", {"delete": "balloon"}).data

    assert "cannot delete 'balloon' - not set in current configuration!" in pve.log(upid)
