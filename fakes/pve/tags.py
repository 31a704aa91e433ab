"""Tags of guests: how they are normalised and who may give them.

Source: BEHAVIOUR "Late observations"; datacenter options `user-tag-access` and `registered-tags`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from fakes.pve.call import Call
from fakes.pve.datacenter import Datacenter
from fakes.pve.guestconf import peek
from fakes.pve.http import ApiError
from fakes.pve.params import split_list
from fakes.pve.qemu.rights import Rights

CONFIG_FILE = re.compile(r"nodes/[^/]+/(?:qemu-server|lxc)/(\d+)\.conf")


def unique_tags(text: str, *, ordered: bool = True, case_sensitive: bool = False) -> str:
    """Tags as a change of the configuration stores them: lower case, each once, sorted, joined by semicolons."""
    seen: dict[str, None] = {}
    for tag in split_list(text):
        seen[tag if case_sensitive else tag.lower()] = None
    return ";".join(sorted(seen) if ordered else seen)


def settled_tags(datacenter: Datacenter, text: str) -> str:
    """`unique_tags` as the datacenter's tag-style wants them."""
    style = parts_of(datacenter.options.get("tag-style", ""))
    return unique_tags(
        text, ordered=style.get("ordering") != "config", case_sensitive=style.get("case-sensitive") in ("1", "on")
    )


def parts_of(text: str) -> Mapping[str, str]:
    """The ``key=value`` parts of an option of datacenter.cfg."""
    pairs = (part.partition("=") for part in text.split(","))
    return {key: value for key, _, value in pairs if key}


class GuestTags:
    """The tags of all guests, kept up to date file by file."""

    def __init__(self, datacenter: Datacenter) -> None:
        self._datacenter = datacenter
        self._tags: dict[int, list[str]] = {}
        self._changed = {place.path for place in datacenter.guests}
        datacenter.cfs.watch("nodes/", self._changed.add)

    def by_guest(self) -> Mapping[int, list[str]]:
        """The tags of each guest that has any."""
        for path in self._changed:
            found = CONFIG_FILE.fullmatch(path)
            if found:
                self._look(int(found[1]))
        self._changed.clear()
        return self._tags

    def _look(self, vmid: int) -> None:
        place = self._datacenter.guests.find(vmid)
        config = peek(self._datacenter, vmid, place.kind, node=place.node) if place else None
        tags = split_list(str(config.main.get("tags", ""))) if config else []
        if tags:
            self._tags[vmid] = tags
        else:
            self._tags.pop(vmid, None)


class TagRules:
    """What the datacenter allows a caller concerning tags.

    `allowed` are those to choose from, `registered` those that need Sys.Modify; `is_free` lets others be made up.
    """

    def __init__(self, call: Call) -> None:
        options = call.datacenter.options
        access = parts_of(options.get("user-tag-access", ""))
        kind = access.get("user-allow", "free")
        self.is_privileged = call.allowed("/", "Sys.Modify")
        self.is_free = kind == "free"
        self.registered = frozenset(split_list(options.get("registered-tags", "")))
        allowed: set[str] = set()
        if kind != "none" or self.is_privileged:
            allowed.update(split_list(access.get("user-allow-list", "")))
        if kind in ("free", "existing") or self.is_privileged:
            allowed.update(_visible_tags(call, sees_all=self.is_privileged))
        self.allowed = frozenset(allowed | self.registered if self.is_privileged else allowed - self.registered)


def _visible_tags(call: Call, *, sees_all: bool) -> Iterator[str]:
    for vmid, tags in call.datacenter.part(GuestTags).by_guest().items():
        if sees_all or call.allowed(f"/vms/{vmid}", "VM.Audit"):
            yield from tags


def check_tag_change(rights: Rights, old: str, new: str) -> None:
    """ApiError where the caller may not give or take away one of the tags that differ."""
    changed = set(split_list(old)) ^ set(split_list(new))
    if not changed or rights.call.allowed("/", "Sys.Modify"):
        return
    rules = TagRules(rights.call)
    for tag in sorted(changed):
        rights.guest("VM.Config.Options")
        if tag in rules.registered or not (rules.is_free or tag in rules.allowed):
            raise ApiError(500, f"'Sys.Modify' required on '/' for modifying tag '{tag}'")
