"""CPU models that a guest can be given.

Built-in names come from the schema table; custom ones from virtual-guest/cpu-models.conf below /etc/pve.
"""

from __future__ import annotations

import re
from functools import cache

from fakes.pve.datacenter import Datacenter
from fakes.pve.schema import load_schema

CUSTOM_PATH = "virtual-guest/cpu-models.conf"
GUEST_FLAGS = "pcid spec-ctrl ibpb ssbd virt-ssbd amd-ssbd amd-no-ssb pdpe1gb md-clear hv-tlbflush hv-evmcs aes"


@cache
def builtin_models() -> frozenset[str]:
    """The names that need no prefix: what a custom model may report, plus host, max and Proxmox's own levels."""
    reported = load_schema().formats["pve-vm-cpu-conf"]["properties"]["reported-model"]["enum"]
    levels = {"x86-64-v1", "x86-64-v2", "x86-64-v2-AES", "x86-64-v3", "x86-64-v4"}
    return frozenset(reported) | levels | {"host", "max"}


def is_custom_model(name: str) -> bool:
    return name.startswith("custom-")


def custom_models(text: str) -> frozenset[str]:
    """The names of the custom models in a cpu-models.conf, without their prefix."""
    return frozenset(re.findall(r"^cpu-model:\s*(\S+)", text, re.MULTILINE))


def unknown_custom_model(datacenter: Datacenter, name: str) -> str | None:
    """What is wrong with the name of a custom model, in Proxmox's words, or None."""
    plain = name.removeprefix("custom-")
    known = datacenter.cfs.parsed(CUSTOM_PATH, custom_models)
    return None if plain in known else f"Custom cputype '{plain}' not found"
