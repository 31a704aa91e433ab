"""Targets: something that proxmoxer and testinfra can be pointed at; one module each, loaded when opened."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from conformance.collect.runner import Runner
from fixtures.errors import LabError, Problem
from fixtures.site import Site
from fixtures.strict import did_you_mean

OFFERS = frozenset({"api", "ssh", "disposable", "plant", "power", "leases"})


class Target(Protocol):
    """What stands behind a run. A module in this package has ``open_here(site, **options) -> Target``.

    `rung` is ``fake``, ``nested``, ``hardware`` or ``collected``; `offers` is the part of OFFERS that it can do.
    """

    name: str
    rung: str
    offers: frozenset[str]

    def open(self) -> None:
        """Make it usable; LabError where that cannot be."""

    def close(self) -> None:
        """Give back what was opened."""

    def nodes(self) -> tuple[str, ...]:
        """The names of the nodes it has."""

    def api(self, node: str) -> Any:
        """A proxmoxer client of the node (or what looks like one)."""

    def host(self, node: str) -> Any:
        """The testinfra host of the node."""

    def facts(self, node: str) -> Runner:
        """What runs probes there; LabError where the node does not answer."""

    def guest_host(self, node: str, vmid: int) -> Any:
        """The testinfra host of a running guest, where `offers` has "disposable"; LabError where it is silent."""

    def web_interface(self, node: str) -> tuple[dict[str, Any] | None, str]:
        """The `webui` facts of the node, or None and the reason (see conformance.collect.webui)."""


def target_names() -> tuple[str, ...]:
    """The targets there are, by module name."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def open_target(name: str, site: Site, **options: Any) -> Target:
    """The target of that name, not opened yet; LabError for an unknown one."""
    if name not in target_names():
        raise LabError(Problem("--target", f"unknown target {name}", did_you_mean(name, target_names())))
    module = importlib.import_module(f"{__name__}.{name}")
    target: Target = module.open_here(site, **options)
    return target


@contextmanager
def opened(name: str, site: Site, **options: Any) -> Iterator[Target]:
    """The target, open for the duration of a ``with``."""
    target = open_target(name, site, **options)
    target.open()
    try:
        yield target
    finally:
        target.close()
