"""Values as people read them: sizes, durations, shares, moments, by what the schema says a property is."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from fakes.pve.schema import Spec

_UNITS = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")


def bytes_text(value: Any) -> str:
    """A size in bytes such as ``4.00 GiB``."""
    number, power = float(value), 0
    while abs(number) >= 1024 and power < len(_UNITS) - 1:
        number, power = number / 1024, power + 1
    return f"{number:.2f} {_UNITS[power]}B"


def duration_text(value: Any) -> str:
    """Seconds such as ``1d 2h 3m 4s``."""
    left = int(float(value))
    if left == 0:
        return "0s"
    parts: list[str] = []
    for size, sign in ((86400 * 7, "w"), (86400, "d"), (3600, "h"), (60, "m"), (1, "s")):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{sign}")
    return " ".join(parts)


def percentage_text(value: Any) -> str:
    """A share of one such as ``12.34%``."""
    return f"{float(value) * 100:.2f}%"


def timestamp_text(value: Any) -> str:
    """A moment such as ``2026-11-21 15:43:00``."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(float(value)))


def yesno_text(value: Any) -> str:
    """A truth as a word."""
    return "yes" if value and str(value) != "0" else "no"


_RENDERERS: Mapping[str, Callable[[Any], str]] = {
    "bytes": bytes_text,
    "duration": duration_text,
    "fraction_as_percentage": percentage_text,
    "timestamp": timestamp_text,
    "timestamp_gmt": timestamp_text,
    "yesno": yesno_text,
}


def value_text(value: Any, spec: Spec, *, human_readable: bool) -> str:
    """A value as a cell of a table."""
    if value is None:
        return ""
    if human_readable and spec.get("renderer") in _RENDERERS:
        return _RENDERERS[spec["renderer"]](value)
    return plain_text(value)


def plain_text(value: Any) -> str:
    """A value as it is: texts and numbers bare, everything else as JSON."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (dict, list)):
        return compact_json(value)
    return number_text(value) if isinstance(value, float) else str(value)


def compact_json(data: Any) -> str:
    """One line of JSON with sorted keys."""
    return json.dumps(rounded(data), separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def rounded(data: Any) -> Any:
    """The same data with numbers as Perl writes them: fifteen digits, whole ones without a point."""
    if isinstance(data, dict):
        return {key: rounded(value) for key, value in data.items()}
    if isinstance(data, list):
        return [rounded(value) for value in data]
    if isinstance(data, float):
        return int(data) if data.is_integer() else float(number_text(data))
    return data


def number_text(value: float) -> str:
    """A number as Perl prints it, with fifteen digits."""
    return f"{value:.15g}"
