"""Tables with or without borders, drawn as Proxmox's tools draw them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fakes.commands.rendering import value_text
from fakes.pve.schema import Spec

_NUMBERS = ("integer", "number")


@dataclass(frozen=True, slots=True)
class Style:
    """How a table is drawn."""

    border: bool = True
    header: bool = True
    utf8: bool = True
    human_readable: bool = True
    sort_key: str | None = None
    is_sorted: bool = True


@dataclass(frozen=True, slots=True)
class _Lines:
    """The signs of borders: at the top, below the header, between rows, at the bottom."""

    top: str
    header: str
    middle: str
    bottom: str
    bar: str


_UTF8 = _Lines("┌─┬┐", "╞═╪╡", "├─┼┤", "└─┴┘", "│")
_ASCII = _Lines("+-++", "+=++", "+-++", "+-++", "|")


def table(rows: Sequence[Mapping[str, Any]], specs: Mapping[str, Spec], columns: Sequence[str], style: Style) -> str:
    """The text of a table of objects with the given columns."""
    if style.is_sorted:
        rows = _sorted(rows, specs, style.sort_key or columns[0])
    cells = [
        [value_text(row.get(name), specs.get(name, {}), human_readable=style.human_readable) for name in columns]
        for row in rows
    ]
    titles = [str(specs.get(name, {}).get("title", name)) for name in columns]
    widths = [
        max([len(title), *(len(line) for row in cells for line in row[position].split("\n"))])
        for position, title in enumerate(titles)
    ]
    rights = [specs.get(name, {}).get("type") in _NUMBERS for name in columns]
    return (
        _bordered(titles, cells, widths, rights, style) if style.border else _bare(titles, cells, widths, rights, style)
    )


def _bordered(titles: list[str], cells: list[list[str]], widths: list[int], rights: list[bool], style: Style) -> str:
    lines = _UTF8 if style.utf8 else _ASCII

    def border(signs: str) -> str:
        left, dash, cross, right = tuple(signs)
        return left + cross.join(dash * (width + 2) for width in widths) + right

    def text(row: list[str]) -> str:
        shown = (_aligned(*one) for one in zip(row, widths, rights, strict=True))
        return lines.bar + lines.bar.join(f" {cell} " for cell in shown) + lines.bar

    drawn = [border(lines.top)]
    separator = ""
    if style.header:
        drawn.append(text(titles))
        separator = border(lines.header)
    for row in cells:
        if separator:
            drawn.append(separator)
        separator = border(lines.middle)
        drawn += [text(line) for line in _heights(row)]
    drawn.append(border(lines.bottom))
    return "".join(f"{line}\n" for line in drawn)


def _bare(titles: list[str], cells: list[list[str]], widths: list[int], rights: list[bool], style: Style) -> str:
    rows = [titles] if style.header else []
    for row in cells:
        rows += _heights(row)
    drawn = []
    for row in rows:
        # The last column is neither aligned nor filled.
        placed = [_aligned(*one) for one in zip(row[:-1], widths[:-1], rights[:-1], strict=True)]
        drawn.append(" ".join([*placed, row[-1]]))
    return "".join(f"{line}\n" for line in drawn)


def _heights(row: list[str]) -> list[list[str]]:
    """The lines of a row whose cells may have several."""
    parts = [cell.split("\n") for cell in row]
    return [[part[line] if line < len(part) else "" for part in parts] for line in range(max(map(len, parts)))]


def _aligned(cell: str, width: int, to_the_right: bool) -> str:
    return cell.rjust(width) if to_the_right else cell.ljust(width)


def _sorted(rows: Sequence[Mapping[str, Any]], specs: Mapping[str, Spec], key: str) -> list[Mapping[str, Any]]:
    if specs.get(key, {}).get("type") in _NUMBERS:
        return sorted(rows, key=lambda row: (row.get(key) is not None, float(row.get(key) or 0)))
    return sorted(rows, key=lambda row: (row.get(key) is not None, str(row.get(key, ""))))
