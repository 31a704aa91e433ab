"""What guests of a node can be given: processor models and machine versions."""

from __future__ import annotations

import re
from typing import Any

from fakes.pve.call import Call
from fakes.pve.cpumodels import CUSTOM_PATH, builtin_models, custom_models
from fakes.pve.http import route
from fakes.pve.qemu.machine import NEWEST

_AMD = re.compile(r"(?:EPYC|Opteron|athlon|phenom)")
_ANY = re.compile(r"(?:host|max|kvm|qemu|x86-64)")
_VERSIONS = (
    *(NEWEST, "9.2", "9.1", "9.0", "8.2", "8.1", "8.0", "7.2", "7.1", "7.0", "6.2", "6.1", "6.0"),
    *("5.2", "5.1", "5.0", "4.2", "4.1", "4.0", "3.1", "3.0", "2.12", "2.11", "2.10", "2.9", "2.8", "2.7", "2.6"),
)
# Older than this there are no q35 machines any more.
_OLDEST_Q35 = "2.6"


def _vendor(name: str) -> str:
    if _ANY.match(name):
        return "default"
    return "AuthenticAMD" if _AMD.match(name) else "GenuineIntel"


@route("GET", "/nodes/{node}/capabilities/qemu/cpu")
def processors(call: Call) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"name": name, "vendor": _vendor(name), "custom": 0} for name in sorted(builtin_models())
    ]
    if not call.allowed("/nodes", "Sys.Audit"):
        return rows
    custom = call.datacenter.cfs.parsed(CUSTOM_PATH, custom_models)
    return rows + [{"name": f"custom-{name}", "vendor": "default", "custom": 1} for name in sorted(custom)]


@route("GET", "/nodes/{node}/capabilities/qemu/machines", kind="fixed")
def machines(_call: Call) -> list[dict[str, str]]:
    return [
        {"id": f"pc-{kind}-{version}", "type": kind, "version": version}
        for kind in ("i440fx", "q35")
        for version in _VERSIONS
        if kind != "q35" or version != _OLDEST_Q35
    ]
