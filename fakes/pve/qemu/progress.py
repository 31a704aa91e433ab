"""The lines with which a node reports how far a copy has come."""

from __future__ import annotations

from collections.abc import Callable

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def human_size(size_bytes: float) -> str:
    """A size such as ``528.0 KiB``."""
    number, unit = float(size_bytes), 0
    while number >= 1024 and unit < len(_UNITS) - 1:
        number, unit = number / 1024, unit + 1
    return f"{number:.1f} {_UNITS[unit]}"


def transferred(done_bytes: int, size_bytes: int) -> str:
    """The line that says how much of a copy is done."""
    share = 100 * done_bytes / size_bytes if size_bytes else 100.0
    return f"transferred {human_size(done_bytes)} of {human_size(size_bytes)} ({share:.2f}%)"


def log_transfer(log: Callable[[str], None], size_bytes: int, *, steps: int = 1) -> None:
    """Log the beginning, the end and the steps between of a copy of so many bytes."""
    for step in range(steps + 1):
        log(transferred(size_bytes * step // steps, size_bytes))
