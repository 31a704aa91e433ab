"""What a method prints where a program on the node itself calls it; over HTTP nobody hears it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Console:
    """Standard output and standard error of such a program, as the texts that were written."""

    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        """Write a line to standard output."""
        self.out.append(f"{line}\n")

    def complain(self, line: str) -> None:
        """Write a line to standard error."""
        self.err.append(f"{line}\n")
