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


def log_transfer(log: Callable[[str], None], size_bytes: int, *, steps: int = 1) -> None:
    """Log the beginning, the end and the steps between of a copy of so many bytes."""
    for step in range(steps + 1):
        done = size_bytes * step // steps
        log(f"transferred {human_size(done)} of {human_size(size_bytes)} ({100 * step / steps:.2f}%)")
