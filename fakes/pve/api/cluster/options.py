"""Options of the datacenter (`datacenter.cfg`) and the next free guest number."""

from __future__ import annotations

import urllib.parse
from typing import Any

from fakes.pve.call import Call
from fakes.pve.datacenter import DATACENTER_CFG
from fakes.pve.http import ApiError, ParameterError, route
from fakes.pve.params import parse_property_string, split_list
from fakes.pve.tags import TagRules

MAC_PREFIX = "BC:24:11"
# These options come back as objects, all others as they are written.
_AS_OBJECTS = ("next-id", "tag-style", "user-tag-access", "webauthn", "u2f", "migration", "ha", "crs", "notify")
_FREE = {"console", "email_from", "http_proxy", "keyboard", "language"}


@route("GET", "/cluster/options")
def options(call: Call) -> dict[str, Any]:
    shown: dict[str, Any] = {"mac_prefix": MAC_PREFIX, "description": ""}
    text = call.datacenter.cfs.read(DATACENTER_CFG) or ""
    for key, value in call.datacenter.options.items():
        shown[key] = _object(call, key, value) if key in _AS_OBJECTS else value
    lines = [line[1:] for line in text.splitlines() if line.startswith("#")]
    if lines:
        shown["description"] = "".join(f"{urllib.parse.unquote(line)}\n" for line in lines)
    if "registered-tags" in shown:
        shown["registered-tags"] = split_list(shown["registered-tags"])
    shown["allowed-tags"] = sorted(TagRules(call).allowed)
    if not call.allowed("/", "Sys.Audit"):
        public = {"allowed-tags", "console", "tag-style", "registered-tags", "user-tag-access"}
        return {key: value for key, value in shown.items() if key in public}
    return shown


def _object(call: Call, key: str, value: str) -> dict[str, Any]:
    spec = call.schema.methods["PUT", "/cluster/options"].params[key]
    parsed = parse_property_string(call.schema, spec["format"], value, check=False)
    return {name: split_list(item) if name == "user-allow-list" else item for name, item in parsed.items()}


@route("PUT", "/cluster/options")
def set_options(call: Call) -> None:
    datacenter = call.datacenter
    values = dict(datacenter.options)
    text = datacenter.cfs.read(DATACENTER_CFG) or ""
    description = [line for line in text.splitlines() if line.startswith("#")]
    for name in split_list(call.get("delete") or ""):
        if name not in call.method.params or name == "delete":
            raise ParameterError({"delete": f"unknown option '{name}'"})
        if name == "description":
            description = []
        values.pop(name, None)
    for name, value in call.params.items():
        if name == "delete":
            continue
        if name == "description":
            description = [f"#{_quoted(line)}" for line in str(value).split("\n")] if value else []
        else:
            values[name] = str(value)
    lines = [*description, *(f"{key}: {values[key]}" for key in sorted(values))]
    datacenter.cfs.write(DATACENTER_CFG, "".join(f"{line}\n" for line in lines))


def _quoted(line: str) -> str:
    return "".join(f"%{ord(sign):02X}" if ord(sign) < 32 or sign == "%" else sign for sign in line)


@route("GET", "/cluster/nextid")
def next_id(call: Call) -> str:
    guests = call.datacenter.guests
    wanted = call.get("vmid")
    if wanted is not None:
        if wanted in guests:
            raise ParameterError({"vmid": f"VM {wanted} already exists"})
        return str(wanted)
    text = call.datacenter.options.get("next-id", "")
    bounds = dict(part.split("=", 1) for part in text.split(",") if "=" in part)
    lower, upper = int(bounds.get("lower", 100)), int(bounds.get("upper", 1_000_000))
    found = guests.next_free(lower)
    if found >= upper:
        raise ApiError(500, f"unable to get any free VMID in range [{lower}, {upper - 1}]")
    return str(found)
