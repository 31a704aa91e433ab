"""A throw-away clone of the node's template, asked for what Ansible needs: SSH, Python, sudo without a password."""

from __future__ import annotations

from typing import Any, Protocol

from proxmoxer.core import ResourceException

from conformance.operations import Operations
from fixtures.errors import LabError

CLONE_NAME = "labctl-clone-test"


class Disposable(Protocol):
    """The part of a target that a clone test needs."""

    def api(self, node: str) -> Any:
        """A proxmoxer client that may create and destroy guests."""

    def guest_host(self, node: str, vmid: int) -> Any:
        """The testinfra host of a running guest; LabError where it does not answer."""


def clone_test(target: Disposable, node: str) -> tuple[dict[str, bool] | None, str]:
    """The `clone_test` facts of a node, or None and the reason; the clone is gone afterwards."""
    try:
        with Operations(target.api(node), node).disposable(CLONE_NAME) as guest:
            try:
                host = target.guest_host(node, guest.vmid)
            except LabError:
                return {"ssh": False, "python3": False, "sudo": False}, ""
            return {
                "ssh": bool(host.run("true").rc == 0),
                "python3": bool(host.run("python3 --version").rc == 0),
                "sudo": bool(host.run("sudo -n true").rc == 0),
            }, ""
    except (LabError, ResourceException, OSError) as error:
        return None, f"no clone could be tried: {error}"
