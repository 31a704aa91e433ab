"""Files made of sections, such as domains.cfg: a line ``type: id``, then one indented line per option."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_HEADER = re.compile(r"(\S+):\s*(\S+)\s*")


@dataclass(slots=True)
class Section:
    """One section with its options as text; an option without a value is "1".

    An option that may be given several times has one line of text per value, see `values`.
    """

    type: str
    id: str
    options: dict[str, str] = field(default_factory=dict)

    def values(self, key: str) -> list[str]:
        """The values of an option that may be given several times."""
        return self.options[key].split("\n") if key in self.options else []


def parse_sections(text: str) -> dict[str, Section]:
    """The sections of a file by id, in their order; lines that belong to none are skipped."""
    return {section.id: section for section in read_sections(text)}


def read_sections(text: str) -> list[Section]:
    """The sections of a file in their order, for files in which two types may share an id."""
    found: list[Section] = []
    current: Section | None = None
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line[0] in " \t":
            if current is not None:
                key, _, value = line.strip().partition(" ")
                value = value.strip() or "1"
                current.options[key] = f"{current.options[key]}\n{value}" if key in current.options else value
            continue
        header = _HEADER.fullmatch(line)
        current = Section(header[1].lower(), header[2]) if header else None
        if current is not None:
            found.append(current)
    return found


def format_sections(sections: Iterable[Section], required: Iterable[str] = ()) -> str:
    """The text of a file: the comment comes first, then `required` options, then the others, each sorted."""
    needed = set(required)

    def order(key: str) -> tuple[int, str]:
        return (0 if key == "comment" else 1 if key in needed else 2), key

    blocks = []
    for section in sections:
        lines = [f"{section.type}: {section.id}"]
        lines += [f"\t{key} {value}" for key in sorted(section.options, key=order) for value in section.values(key)]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks) + ("\n" if blocks else "")
