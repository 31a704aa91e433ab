"""Machines to ask: hv01 of site dvntm, freshly installed, and the same hardware with plain Debian."""

from __future__ import annotations

from fakes.host.machine import Machine
from fakes.lab import FakeLab
from fixtures.site import load_site


def lab() -> FakeLab:
    """The pristine lab of site dvntm."""
    return FakeLab(load_site("dvntm"))


def node() -> Machine:
    """hv01, a Proxmox VE node without guests."""
    return lab().nodes["hv01"].machine


def debian() -> Machine:
    """The hardware of hv01 with nothing but Debian on it."""
    made = lab()
    made.strip_proxmox("hv01")
    return made.nodes["hv01"].machine
