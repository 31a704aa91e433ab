"""One file of a tree: its content and what parsers made of it."""

from __future__ import annotations

from typing import Any

Content = str | bytes


class Entry:
    """One file: its content, when it was changed (seconds) and what parsers made of it.

    Most files have one parser, `parser`, whose result is `parsed`; those of others are in `more`.
    """

    __slots__ = ("_content", "_tail", "more", "mtime", "parsed", "parser", "version")

    def __init__(self, content: Content, mtime: float, version: int) -> None:
        self._content = content
        self._tail: list[str] | None = None
        self.mtime = mtime
        self.version = version
        self.parser: Any = None
        self.parsed: Any = None
        self.more: dict[Any, Any] | None = None

    @property
    def content(self) -> Content:
        """The whole content, what was appended included."""
        if self._tail is not None and isinstance(self._content, str):
            self._content = "".join((self._content, *self._tail))
            self._tail = None
        return self._content

    def change(self, content: Content, mtime: float, version: int) -> None:
        """Take another content; nothing is parsed from it yet."""
        self._content, self._tail, self.mtime, self.version = content, None, mtime, version
        self.parser = self.parsed = self.more = None

    def extend(self, text: str, mtime: float, version: int) -> bool:
        """Add to a text at a cost that does not depend on its length; False where the content is bytes."""
        if not isinstance(self._content, str):
            return False
        if self._tail is None:
            self._tail = []
        self._tail.append(text)
        self.mtime, self.version = mtime, version
        self.parser = self.parsed = self.more = None
        return True
