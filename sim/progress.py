"""What a person sees of long work: one line per thing that happened, with the seconds since the start."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

from rich.console import Console
from rich.markup import escape


class Progress(Protocol):
    """Where a lab says what it is doing."""

    def say(self, text: str) -> None:
        """Something happened."""

    def during(self, text: str) -> None:
        """Something has begun that takes a while."""


class Silent:
    """Says nothing."""

    def say(self, text: str) -> None:
        """Drop the line."""

    def during(self, text: str) -> None:
        """Drop the line."""


class Lines:
    """Plain lines with times on `stream`; on a terminal also a moving mark beside what is under way."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = Console(file=stream, highlight=False, soft_wrap=True)
        self._status = self._console.status("")
        self._clock = clock
        self._start = clock()

    def say(self, text: str) -> None:
        """Print the line with the seconds since the start."""
        self._console.print(f"[{self._clock() - self._start:6.1f} s] {text}", markup=False)

    def during(self, text: str) -> None:
        """Print the line, or show it beside the moving mark."""
        if self._console.is_terminal:
            self._status.update(escape(text))
        else:
            self.say(f"{text} …")

    @contextmanager
    def shown(self) -> Iterator[Lines]:
        """Keep the moving mark on the terminal for the time of the block."""
        if not self._console.is_terminal:
            yield self
            return
        with self._status:
            yield self


def on_standard_error() -> Lines:
    """Progress where it does not mix with what a command prints as its result."""
    return Lines(sys.stderr)
