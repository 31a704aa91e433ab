"""JSON read without ever taking "not collected" for "no": every accessor gives None for absent, null or unusable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class View:
    """A JSON object read by dotted paths. An absent key, null, or a value of another type is None."""

    __slots__ = ("data",)

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data

    def raw(self, path: str) -> Any:
        """Whatever is at `path`, or None."""
        value: Any = self.data
        for key in path.split("."):
            if not isinstance(value, Mapping):
                return None
            value = value.get(key)
        return value

    def text(self, path: str) -> str | None:
        """A string."""
        value = self.raw(path)
        return value if isinstance(value, str) else None

    def whole(self, path: str) -> int | None:
        """An integer (true and false are not)."""
        value = self.raw(path)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def number(self, path: str) -> float | None:
        """An integer or a float."""
        value = self.raw(path)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def flag(self, path: str) -> bool | None:
        """A boolean; 0 and 1 are taken for one, as lsblk and Proxmox write them."""
        value = self.raw(path)
        return bool(value) if isinstance(value, bool) or value in (0, 1) else None

    def view(self, path: str) -> View:
        """The object at `path`; an empty one where there is none."""
        value = self.raw(path)
        return View(value if isinstance(value, Mapping) else {})

    def views(self, path: str) -> tuple[View, ...] | None:
        """The objects of a list."""
        value = self.raw(path)
        return tuple(View(item) for item in value if isinstance(item, Mapping)) if isinstance(value, list) else None

    def texts(self, path: str) -> tuple[str, ...] | None:
        """The strings of a list."""
        value = self.raw(path)
        return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else None

    def wholes(self, path: str) -> tuple[int, ...] | None:
        """The integers of a list."""
        value = self.raw(path)
        return tuple(item for item in value if isinstance(item, int)) if isinstance(value, list) else None
