"""Tags of guests: how they are normalised and who may give them.

Source: BEHAVIOUR "Late observations"; datacenter options `user-tag-access` and `registered-tags`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from fakes.pve.datacenter import Datacenter
from fakes.pve.guestconf import peek
from fakes.pve.http import ApiError
from fakes.pve.params import split_list
from fakes.pve.qemu.rights import Rights


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


class TagRules:
    """What the datacenter allows concerning tags, for one caller and one guest."""

    def __init__(self, rights: Rights) -> None:
        self._rights = rights
        self._options = rights.call.datacenter.options

    def check_change(self, old: str, new: str) -> None:
        """ApiError where the caller may not give or take away one of the tags that differ."""
        if self._rights.call.allowed("/", "Sys.Modify"):
            return
        before, after = set(split_list(old)), set(split_list(new))
        for tag in sorted(before ^ after):
            self._rights.guest("VM.Config.Options")
            if tag in self._privileged or not (self._is_free or tag in self._allowed):
                raise ApiError(500, f"'Sys.Modify' required on '/' for modifying tag '{tag}'")

    @cached_property
    def _access(self) -> Mapping[str, str]:
        return parts_of(self._options.get("user-tag-access", ""))

    @property
    def _is_free(self) -> bool:
        return self._access.get("user-allow", "free") == "free"

    @cached_property
    def _privileged(self) -> frozenset[str]:
        return frozenset(split_list(self._options.get("registered-tags", "")))

    @cached_property
    def _allowed(self) -> frozenset[str]:
        kind = self._access.get("user-allow", "free")
        allowed = set(split_list(self._access.get("user-allow-list", ""))) if kind in ("list", "existing") else set()
        if kind == "existing":
            allowed.update(self._of_visible_guests())
        return frozenset(allowed)

    def _of_visible_guests(self) -> Iterable[str]:
        call = self._rights.call
        for place in call.datacenter.guests:
            if call.allowed(f"/vms/{place.vmid}", "VM.Audit"):
                config = peek(call.datacenter, place.vmid, place.kind, node=place.node)
                yield from split_list(str(config.main.get("tags", "")))
