"""Options of every level, the macros, and the firewall's log."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.firewall.config import list_digest
from fakes.pve.firewall.levels import CT, HOST, LEVELS, VM, Level, check_digest
from fakes.pve.http import Paged, ParameterError, route
from fakes.pve.params import split_list
from fakes.pve.schema import Spec
from fakes.pve.tables.firewall_macros import MACROS

LOG = "var/log/pve-firewall.log"
_NO_OPTIONS = ("node", "vmid", "vnet", "delete", "digest")
_DEFAULT_LINES = 50


def _known(level: Level, call: Call) -> dict[str, Spec]:
    params = call.schema.methods["PUT", f"{level.prefix}/options"].params
    return {name: spec for name, spec in params.items() if name not in _NO_OPTIONS}


def _values(level: Level, call: Call) -> dict[str, Any]:
    known, options = _known(level, call), level.read(call).options
    is_number = {name for name, spec in known.items() if spec.get("type") in ("integer", "boolean")}
    return {
        key: int(value) if key in is_number and value.isdigit() else value
        for key, value in options.items()
        if key in known
    }


def read_options(level: Level, call: Call) -> dict[str, Any]:
    values = _values(level, call)
    return {**values, "digest": _digest(values)}


def _digest(values: dict[str, Any]) -> str:
    return list_digest([values])


def set_options(level: Level, call: Call) -> None:
    known = _known(level, call)
    check_digest(call, _digest(_values(level, call)))
    with level.edit(call) as config:
        for name in split_list(call.get("delete") or ""):
            if name not in known:
                raise ParameterError({"delete": f"no such option '{name}'"})
            config.options.pop(name, None)
        for name in known:
            value = call.get(name)
            if value is not None:
                config.options[name] = str(_enabled_at(call, value) if name == "enable" else value)


def _enabled_at(call: Call, value: int) -> int:
    """A number above 1 means "enabled now": Proxmox keeps the time instead."""
    return int(call.datacenter.clock.now()) if value > 1 else value


@route("GET", "/cluster/firewall/macros", kind="fixed")
def macros(call: Call) -> list[dict[str, str]]:
    return [{"macro": name, "descr": text} for name, text in MACROS.items()]


def read_log(level: Level, call: Call) -> Paged:
    """The lines of the node's firewall log, those of one guest where a guest is asked."""
    lines = (call.node.files.read(LOG) or "").splitlines()
    if level is not HOST:
        # A line begins with the number of the guest it is about, 0 for the node.
        lines = [line for line in lines if line.split(" ", 1)[0] == str(call.params["vmid"])]
    start, limit = call.get("start", 0), call.get("limit", _DEFAULT_LINES) or len(lines)
    rows = [{"n": number, "t": line} for number, line in enumerate(lines, 1)][start : start + limit]
    return Paged(rows or [{"n": 1, "t": "no content"}], len(lines))


for _level in LEVELS:
    _level.serve("GET", "/options", read_options)
    _level.serve("PUT", "/options", set_options)
for _level in (HOST, VM, CT):
    _level.serve("GET", "/log", read_log)
