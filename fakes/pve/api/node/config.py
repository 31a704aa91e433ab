"""The options of a node, kept in its `config` file below /etc/pve."""

from __future__ import annotations

from typing import Any

from fakes.pve.api.node.hosts import CHANGED
from fakes.pve.call import Call
from fakes.pve.cfs import digest
from fakes.pve.datacenter import parse_options
from fakes.pve.http import ApiError, route
from fakes.pve.params import parse_property_string, split_list
from fakes.pve.schema import Schema
from fakes.pve.textlines import description_lines, read_description

MAX_ACME_DOMAINS = 6


def config_file(node: str) -> str:
    """Where a node's options are."""
    return f"nodes/{node}/config"


def load_node_config(call: Call, node: str) -> dict[str, Any]:
    """The options of a node with their digest; empty where none are set."""
    text = call.datacenter.cfs.read(config_file(node)) or ""
    if not text:
        return {}
    specs = call.schema.methods["PUT", "/nodes/{node}/config"].params
    found: dict[str, Any] = {}
    for key, value in parse_options(text).items():
        found[key] = int(value) if specs.get(key, {}).get("type") == "integer" else value
    description = read_description(text)
    if description:
        found["description"] = description
    return found | {"digest": digest(text)}


@route("GET", "/nodes/{node}/config")
def config(call: Call) -> dict[str, Any]:
    found = load_node_config(call, call.node.name)
    wanted = call.get("property")
    if wanted is None:
        return found
    return {wanted: found[wanted]} if wanted in found else {}


@route("PUT", "/nodes/{node}/config")
def set_config(call: Call) -> None:
    values = load_node_config(call, call.node.name)
    known = call.get("digest")
    if known and known != values.get("digest", known):
        raise ApiError(500, CHANGED)
    values.pop("digest", None)
    values.update({key: call.params[key] for key in call.params if key not in ("node", "delete", "digest")})
    for name in split_list(call.get("delete") or ""):
        values.pop(name, None)
    check_acme_domains(call.schema, values)
    description = str(values.pop("description", ""))
    lines = [*description_lines(description), *(f"{key}: {values[key]}" for key in sorted(values))]
    call.datacenter.cfs.write(config_file(call.node.name), "".join(f"{line}\n" for line in lines))


def check_acme_domains(schema: Schema, values: dict[str, Any]) -> dict[str, str]:
    """The option that names each ACME domain; ApiError where two options name the same."""
    specs = schema.methods["PUT", "/nodes/{node}/config"].params
    found: dict[str, str] = {}
    if "acme" in values:
        parsed = parse_property_string(schema, specs["acme"]["format"], str(values["acme"]), check=False)
        found = dict.fromkeys(split_list(str(parsed.get("domains", ""))), "acme")
    for number in range(MAX_ACME_DOMAINS):
        key = f"acmedomain{number}"
        if key not in values:
            continue
        parsed = parse_property_string(schema, specs[key]["format"], str(values[key]), check=False)
        domain = str(parsed["domain"])
        if domain in found:
            said = f"'{key}' and '{found[domain]}'"
            raise ApiError(500, f"duplicate domain '{domain}' in ACME config properties {said}")
        found[domain] = key
    return found
