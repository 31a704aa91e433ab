"""What a handler gets: the checked parameters, the caller, and the node and datacenter it works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fakes.pve.console import Console
from fakes.pve.datacenter import Datacenter
from fakes.pve.http import ApiError, ForbiddenError, Request
from fakes.pve.node import Node
from fakes.pve.schema import Method, Schema
from fakes.pve.tasks import Task, TaskError, Work
from fakes.pve.usercfg import ROOT


@dataclass(slots=True)
class Upload:
    """The file of a multipart request."""

    filename: str
    content: bytes


@dataclass(slots=True)
class Call:
    """One call of an API method.

    `params` are checked (integers and booleans as int, numbers as text, the path's included), `given` is what the
    client sent. `user` is the caller's user or token id (``root@pam``, ``ci@pve!token``), "" where none is needed.
    `node` is the node named in the path, else the one that was asked.
    """

    datacenter: Datacenter
    node: Node
    method: Method
    params: dict[str, Any]
    given: Mapping[str, Any]
    user: str
    request: Request
    upload: Upload | None = None
    reply_headers: dict[str, str] = field(default_factory=dict)
    console: Console = field(default_factory=Console)

    @property
    def schema(self) -> Schema:
        return self.datacenter.schema

    @property
    def is_root(self) -> bool:
        """True for root@pam itself; a token of root@pam is not."""
        return self.user == ROOT

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter, or `default` where it was not given."""
        return self.params.get(name, default)

    def privileges(self, path: str) -> dict[str, bool]:
        """The caller's privileges at a path with their propagate flags."""
        return self.datacenter.access.privileges(self.user, path)

    def allowed(self, path: str, *privileges: str, any_of: bool = False) -> bool:
        """True where the caller has all (or any) of the privileges at a path."""
        if self.is_root:
            return True
        owned = self.privileges(path)
        return (any if any_of else all)(privilege in owned for privilege in privileges)

    def require(self, path: str, *privileges: str, any_of: bool = False) -> None:
        """ForbiddenError in Proxmox's words where a privilege is missing."""
        if self.is_root:
            return
        owned = self.privileges(path)
        if any_of:
            if not any(privilege in owned for privilege in privileges):
                raise ForbiddenError(f"{path}, {'|'.join(privileges)}")
            return
        for privilege in privileges:
            if privilege not in owned:
                raise ForbiddenError(f"{path}, {privilege}")

    def start_task(self, kind: str, subject: str | int, work: Work, *, node: Node | None = None) -> str:
        """Begin a task in the caller's name; returns its UPID."""
        return self.begin(kind, subject, work, node=node).upid

    def begin(self, kind: str, subject: str | int, work: Work, *, node: Node | None = None) -> Task:
        """Begin a task in the caller's name; returns the task."""
        failure = self.datacenter.faults.meet_task(kind, str(subject))

        def failing(_task: Task) -> None:
            raise TaskError(failure or "")

        return (node or self.node).tasks.start(kind, subject, self.user, failing if failure else work)

    def missing_handler(self) -> ApiError:
        """The honest answer of a method that this fake does not carry out."""
        return ApiError(501, f"Method '{self.method.verb} {self.method.path}' is not simulated", bare=True)
