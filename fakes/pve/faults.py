"""Trouble as data: what should go wrong, when, and how often."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import Literal, get_args

Effect = Literal["error", "delay", "drop", "hang", "task"]
EFFECTS: tuple[str, ...] = get_args(Effect)


@dataclass(slots=True)
class Fault:
    """One fault: requests of `method` whose path (without the format prefix) matches `path` meet `effect`.

    error: answer `status` and `message`. delay: wait `seconds` first. drop: close the connection. hang: never answer.
    task: the task of that type (`path` then matches the task's type and id, as ``qmstart:101``) fails with `message`.
    It leaves the first `after` matches alone and strikes `times` times (None: always).
    """

    effect: Effect
    path: str = ".*"
    method: str = ".*"
    status: int = 500
    message: str = "injected fault"
    seconds: float = 0.0
    after: int = 0
    times: int | None = None
    seen: int = field(default=0, compare=False)
    struck: int = field(default=0, compare=False)

    def strikes(self, method: str, path: str) -> bool:
        """True where this fault meets the request; counts it."""
        if not re.fullmatch(self.method, method) or not re.fullmatch(self.path, path):
            return False
        self.seen += 1
        if self.seen <= self.after or (self.times is not None and self.struck >= self.times):
            return False
        self.struck += 1
        return True


class Faults:
    """The faults that are set, by number."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.by_id: dict[int, Fault] = {}

    def add(self, fault: Fault) -> int:
        """Set a fault; returns its number."""
        number = next(self._numbers)
        self.by_id[number] = fault
        return number

    def remove(self, number: int) -> None:
        """Take a fault back; KeyError where there is none of that number."""
        del self.by_id[number]

    def clear(self) -> None:
        self.by_id.clear()

    def meet(self, method: str, path: str) -> Fault | None:
        """The first fault other than a task's that meets a request."""
        for fault in self.by_id.values():
            if fault.effect != "task" and fault.strikes(method, path):
                return fault
        return None

    def meet_task(self, kind: str, subject: str) -> str | None:
        """The message a task of a type about a subject fails with, or None."""
        for fault in self.by_id.values():
            if fault.effect == "task" and fault.strikes("TASK", f"{kind}:{subject}"):
                return fault.message
        return None
