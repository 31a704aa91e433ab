"""The checks: one function per requirement, registered under the requirement's id, one module per area."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from conformance.facts import Facts
from conformance.findings import Outcome

Look = Callable[[Facts], Outcome]


@dataclass(frozen=True)
class Check:
    """A registered check: what it expects in words, the snapshot paths it reads, and the advice for a failure."""

    requirement: str
    expects: str
    reads: tuple[str, ...]
    hint: str
    look: Look

    @property
    def name(self) -> str:
        """Where the check is, such as ``conformance.checks.system.pve_version``."""
        return f"{self.look.__module__}.{self.look.__qualname__}"


_registered: dict[str, Check] = {}


def check(requirement: str, *, expects: str, reads: tuple[str, ...] = (), hint: str = "") -> Callable[[Look], Look]:
    """Register a function as the check of a requirement."""

    def register(look: Look) -> Look:
        known = _registered.get(requirement)
        if known is not None and known.look is not look:
            raise ValueError(f"{requirement} has two checks: {known.name} and {look.__module__}.{look.__qualname__}")
        _registered[requirement] = Check(requirement, expects, reads, hint, look)
        return look

    return register


@cache
def checks() -> Mapping[str, Check]:
    """All checks by requirement id; the area modules are imported on the first call."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return MappingProxyType(_registered)
