"""Options of the datacenter (`datacenter.cfg`) and the next free guest number."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.datacenter import DATACENTER_CFG
from fakes.pve.http import ApiError, ParameterError, route
from fakes.pve.params import parse_property_string, split_list
from fakes.pve.tags import TagRules
from fakes.pve.textlines import description_lines, read_description

MAC_PREFIX = "BC:24:11"
# These options come back as objects, all others as they are written.
_AS_OBJECTS = ("next-id", "tag-style", "user-tag-access", "webauthn", "u2f", "migration", "ha", "crs", "notify")


@route("GET", "/cluster/options")
def options(call: Call) -> dict[str, Any]:
    text = call.datacenter.cfs.read(DATACENTER_CFG) or ""
    shown: dict[str, Any] = {"mac_prefix": MAC_PREFIX}
    for key, value in call.datacenter.options.items():
        shown[key] = _object(call, key, value) if key in _AS_OBJECTS else value
    shown["description"] = read_description(text)
    if "registered-tags" in shown:
        shown["registered-tags"] = split_list(shown["registered-tags"])
    shown["allowed-tags"] = sorted(TagRules(call).allowed)
    if not call.allowed("/", "Sys.Audit"):
        public = {"allowed-tags", "console", "tag-style"}
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
    description = read_description(datacenter.cfs.read(DATACENTER_CFG) or "")
    values |= {name: str(value) for name, value in call.params.items() if name != "delete"}
    description = values.pop("description", description)
    for name in split_list(call.get("delete") or ""):
        values.pop(name, None)
        description = "" if name == "description" else description
    # An empty line parts the description from the options, also where there is none.
    lines = [*description_lines(description), "", *(f"{key}: {values[key]}" for key in sorted(values))]
    datacenter.cfs.write(DATACENTER_CFG, "".join(f"{line}\n" for line in lines))


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
