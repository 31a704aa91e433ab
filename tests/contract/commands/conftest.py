"""The fixture `shell`: the node's own commands on a pristine node hv01."""

from __future__ import annotations

import shlex
from collections.abc import Callable

import pytest

from fakes.commands import Output, run_command
from fakes.pve.dispatch import Api
from fakes.pve.hypervisor import MemoryHypervisor, use_hypervisor
from tests.contract.conftest import pristine

Run = Callable[..., Output]


@pytest.fixture
def api() -> Api:
    """A pristine node whose guests have no operating system."""
    datacenter = pristine()
    use_hypervisor(datacenter, MemoryHypervisor(datacenter, guests="empty"))
    return Api(datacenter)


@pytest.fixture
def shell(api: Api) -> Run:
    """Runs a command line on the node."""

    def run(line: str, stdin: str = "", **env: str) -> Output:
        return run_command(api, shlex.split(line), stdin=stdin, env=env)

    return run
