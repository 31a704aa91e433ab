"""What a command gives: exit status, standard output, standard error."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Output:
    """Result of a command; 0 is success."""

    exit_status: int = 0
    stdout: str = ""
    stderr: str = ""
