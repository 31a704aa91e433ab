"""Time as the fake sees it: seconds since the epoch that a test can move and a server lets run."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Gives the time in seconds since the epoch, as a float."""

    def now(self) -> float: ...

    def advance(self, seconds: float) -> None: ...


class VirtualClock:
    """A clock that stands still until it is advanced, or moves on by `tick_s` at every request."""

    def __init__(self, start: float | None = None, *, tick_s: float = 0.0) -> None:
        self._now = time.time() if start is None else start
        self.tick_s = tick_s

    def now(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError(f"a clock cannot go back, got {seconds} s")
        self._now += seconds


class SystemClock:
    """The machine's clock; beyond the start it runs `speed` times as fast, plus whatever `advance` added."""

    def __init__(self, *, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError(f"speed is {speed}, expected more than 0")
        self._start = time.time()
        self._origin = time.monotonic()
        self._added = 0.0
        self.speed = speed

    def now(self) -> float:
        return self._start + (time.monotonic() - self._origin) * self.speed + self._added

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError(f"a clock cannot go back, got {seconds} s")
        self._added += seconds
