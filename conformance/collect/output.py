"""What a probe gave back, and why it may not count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

NOT_FOUND = 127
TIMED_OUT = 124


@dataclass(frozen=True)
class Output:
    """Exit status, standard output and standard error of one command."""

    rc: int
    stdout: str = ""
    stderr: str = ""

    @property
    def ok(self) -> bool:
        """The command ended with 0."""
        return self.rc == 0

    @property
    def only_absent(self) -> bool:
        """All that it complains about is files that are not there."""
        lines = [line for line in self.stderr.splitlines() if line.strip()]
        return all("No such file or directory" in line for line in lines)

    @property
    def reason(self) -> str:
        """Why it failed, in its own words where it has any."""
        if self.rc == TIMED_OUT:
            return "timed out"
        if self.rc == NOT_FOUND:
            return "command not found on the node"
        first = next((line.strip() for line in self.stderr.splitlines() if line.strip()), "")
        return first or f"exit status {self.rc}"

    def json(self) -> Any:
        """Standard output as JSON; None where the command failed or printed something else."""
        if not self.ok:
            return None
        try:
            return orjson.loads(self.stdout)
        except orjson.JSONDecodeError:
            return None

    def text(self) -> str | None:
        """Standard output without surrounding blanks; None where the command failed or printed nothing."""
        return (self.stdout.strip() or None) if self.ok else None

    def truth(self) -> bool | None:
        """The answer of ``test``: 0 is yes, 1 is no, anything else is no answer."""
        return {0: True, 1: False}.get(self.rc)


Outputs = Mapping[str, Output]

NOT_RUN = Output(rc=-1, stderr="not run")


def by_file(output: Output) -> dict[str, list[str]]:
    """The lines of ``grep -H ""`` by file; the file name ends at the first colon."""
    found: dict[str, list[str]] = {}
    for line in output.stdout.splitlines():
        name, colon, rest = line.partition(":")
        if colon:
            found.setdefault(name, []).append(rest)
    return found
