"""``notifications.cfg`` and its private part: endpoints and matchers, the built-in ones among them.

The two built-ins are always there. A changed one is "modified-builtin"; removing it brings the original back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from fakes.pve.cfs import Tree
from fakes.pve.http import ApiError
from fakes.pve.sections import Section, format_sections, parse_sections

FILE = "notifications.cfg"
SECRETS = "priv/notifications.cfg"
MATCHER = "matcher"


@dataclass(frozen=True, slots=True)
class EntityType:
    """A type of endpoint, or the matcher: its lists, the options that can be deleted, and its secret one."""

    name: str
    deletable: tuple[str, ...]
    lists: tuple[str, ...] = ()
    secret: str | None = None


_MAIL = ("mailto", "mailto-user")
TYPES: Mapping[str, EntityType] = {
    one.name: one
    for one in (
        EntityType("gotify", ("comment", "disable"), secret="token"),
        EntityType("sendmail", ("author", "comment", "disable", "from-address", *_MAIL), _MAIL),
        EntityType("smtp", ("author", "comment", "disable", *_MAIL, "password", "port", "username"), _MAIL, "password"),
        EntityType("webhook", ("body", "comment", "disable", "header", "secret"), ("header", "secret"), "secret"),
        EntityType(
            MATCHER,
            (
                *("comment", "disable", "invert-match", "match-calendar", "match-field", "match-severity"),
                *("mode", "target"),
            ),
            ("match-calendar", "match-field", "match-severity", "target"),
        ),
    )
}
ENDPOINTS = ("gotify", "sendmail", "smtp", "webhook")


def _builtins() -> dict[str, Section]:
    """What every node begins with, in the order of the file."""
    matcher = {"comment": "Route all notifications to mail-to-root", "mode": "all", "target": "mail-to-root"}
    endpoint = {"comment": "Send mails to root@pam's email address", "mailto-user": "root@pam"}
    return {
        "default-matcher": Section(MATCHER, "default-matcher", matcher),
        "mail-to-root": Section("sendmail", "mail-to-root", endpoint),
    }


BUILTINS: Mapping[str, Section] = _builtins()


class Notifications:
    """The configuration, read at once; `save` writes both files."""

    def __init__(self, cfs: Tree) -> None:
        self._cfs = cfs
        self._text = cfs.read(FILE) or ""
        self.entities: dict[str, Section] = {**_builtins(), **parse_sections(self._text)}
        self.secrets = parse_sections(cfs.read(SECRETS) or "")

    @property
    def digest(self) -> str:
        """The SHA-256 of the file."""
        return hashlib.sha256(self._text.encode()).hexdigest()

    def of_type(self, kind: str) -> list[Section]:
        return [one for one in self.entities.values() if one.type == kind]

    def find(self, kind: str, name: str) -> Section:
        """An entity by type and name; a real 404 where there is none."""
        one = self.entities.get(name)
        if one is None or one.type != kind:
            raise ApiError(404, f"{'matcher' if kind == MATCHER else 'endpoint'} '{name}' not found")
        return one

    def is_endpoint(self, name: str) -> bool:
        return name in self.entities and self.entities[name].type != MATCHER

    @staticmethod
    def origin(one: Section) -> str:
        builtin = BUILTINS.get(one.id)
        if builtin is None:
            return "user-created"
        return "builtin" if one == builtin else "modified-builtin"

    def users_of(self, endpoint: str) -> list[str]:
        """The names of the matchers that send to an endpoint."""
        return [one.id for one in self.of_type(MATCHER) if endpoint in one.values("target")]

    def remove(self, name: str) -> None:
        """Take an entity out with its secrets; a built-in one is as new afterwards."""
        del self.entities[name]
        if name in BUILTINS:
            self.entities = {**_builtins(), **self.entities}
        self.secrets.pop(name, None)

    def save(self) -> None:
        for path, sections in ((FILE, self.entities), (SECRETS, self.secrets)):
            # No empty line at the end, unlike other files of sections.
            text = format_sections(sections.values()).removesuffix("\n")
            if text or path in self._cfs:
                self._cfs.write(path, text)
