"""All probes as one read-only shell script, and its output taken apart again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from conformance.collect.output import Output
from conformance.collect.probes import Probe

PREAMBLE = """\
LC_ALL=C; export LC_ALL
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"; export PATH
umask 077
"""

# Standard output goes straight through (3), standard error into a variable: nothing is written on the node.
ONE_PROBE = """\
printf '\\n%s begin %s\\n' '{mark}' '{name}'
{{ E=$( {{ timeout {seconds} {command}; }} </dev/null 2>&1 1>&3 3>&- ); R=$?; }} 3>&1
printf '\\n%s status %s\\n%s\\n%s end\\n' '{mark}' "$R" "$E" '{mark}'
"""


def done_line(mark: str) -> str:
    """The line that a script prints last."""
    return f"{mark} done"


def render(probes: Sequence[Probe], mark: str) -> str:
    """A script for ``sh -s`` that runs the probes one after the other.

    `mark` must not occur in any output: a random word, or a fixed one in tests.
    """
    parts = [
        ONE_PROBE.format(mark=mark, name=probe.name, seconds=probe.timeout_s, command=probe.command) for probe in probes
    ]
    return "".join((PREAMBLE, *parts, f"printf '%s\\n' '{done_line(mark)}'\n"))


def take_apart(text: str, mark: str) -> dict[str, Output]:
    """The outputs by probe name; a probe that was cut off is absent."""
    word = re.escape(mark)
    pattern = re.compile(
        rf"^{word} begin (?P<name>\S+)\n(?P<out>.*?)\n{word} status (?P<rc>\d+)\n(?P<err>.*?)\n{word} end$",
        re.DOTALL | re.MULTILINE,
    )
    return {
        found["name"]: Output(int(found["rc"]), found["out"], f"{found['err']}\n" if found["err"] else "")
        for found in pattern.finditer(text)
    }
