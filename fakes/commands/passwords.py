"""Values that a tool reads from elsewhere than its command line: passwords that are typed, files that are named."""

from __future__ import annotations

import urllib.parse

from fakes.commands.session import Session
from fakes.pve.http import ApiError


def confirmed_password(session: Session, value: str | None) -> str:
    """A password as it was given, or typed twice; ApiError where the two differ."""
    if value:
        return value
    first, second = session.read_line(), session.read_line()
    if first != second:
        raise ApiError(500, "passwords do not match")
    return first


def typed_password(session: Session, value: str | None) -> str:
    """A password as it was given, or typed once."""
    return value or session.read_line()


def file_text(session: Session, path: str | None) -> str:
    """The text of a file that was named; ApiError where it is not there."""
    text = session.read_file(str(path))
    if text is None:
        raise ApiError(500, f"can't open '{path}' - No such file or directory")
    return text


def escaped_file(session: Session, path: str | None) -> str:
    """The text of a file, escaped for a URL."""
    return urllib.parse.quote(file_text(session, path), safe="-_.!~*'()")
