"""The options of a backup: checks beyond the schema, the defaults of a node, the guests they mean, the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fakes.pve.call import Call
from fakes.pve.datacenter import Datacenter
from fakes.pve.http import ApiError, ParameterError
from fakes.pve.node import Node
from fakes.pve.params import parse_property_string, split_list
from fakes.pve.schema import Schema

CONFIG = "etc/vzdump.conf"
STRUCTURED = {"prune-backups": "prune-backups", "fleecing": "backup-fleecing", "performance": "backup-performance"}
_CONFLICTS = (("all", "vmid"), ("exclude", "vmid"), ("pool", "vmid"), ("prune-backups", "maxfiles"))
_NO_COMMAND = frozenset(
    ("comment", "dow", "enabled", "id", "next-run", "repeat-missed", "schedule", "starttime", "type", "vmid")
)
_ROOT_ONLY = ("tmpdir", "dumpdir", "script", "job-id")
_TEMPLATE_NAMES = ("cluster", "guestname", "node", "vmid")
_DEFAULTS: Mapping[str, Any] = {
    "all": 0,
    "bwlimit": 0,
    "compress": "0",
    "fleecing": {"enabled": 0},
    "ionice": 7,
    "lockwait": 180,
    "mailnotification": "always",
    "mode": "snapshot",
    "notification-mode": "auto",
    "notification-policy": "always",
    "performance": {"max-workers": 16, "pbs-entries-max": 1048576},
    "pigz": 0,
    "prune-backups": "keep-all=1",
    "quiet": 0,
    "remove": 1,
    "stdexcludes": 1,
    "stop": 0,
    "stopwait": 10,
    "zstd": 1,
}


def checked(options: Mapping[str, Any], *, complete: bool = True) -> dict[str, Any]:
    """The options without `maxfiles` and with what follows from them; ParameterError where they contradict."""
    for name, other in _CONFLICTS:
        if _is_set(options, name) and _is_set(options, other):
            raise ParameterError({name: f"option conflicts with option '{other}'"})
    result = dict(options)
    if "maxfiles" in result:
        count = int(result.pop("maxfiles"))
        result["prune-backups"] = f"keep-last={count}" if count else "keep-all=1"
    if "notes-template" in result:
        _check_template(str(result["notes-template"]))
    if "exclude" in result and "pool" not in result:
        result["all"] = 1
    if complete and not any(_is_set(result, name) for name in ("all", "stop", "pool", "vmid")):
        raise ParameterError({"vmid": "property is missing"})
    return result


def _is_set(options: Mapping[str, Any], name: str) -> bool:
    if name in ("prune-backups", "maxfiles"):
        return name in options
    return options.get(name) not in (None, "", 0)


def _check_template(template: str) -> None:
    if "\n" in template:
        raise ParameterError({"notes-template": "contains a line feed\n"})
    for found in re.finditer(r"\{\{(.*?)\}\}", template):
        if found[1].strip() not in _TEMPLATE_NAMES:
            names = ", ".join(sorted(_TEMPLATE_NAMES))
            raise ParameterError(
                {"notes-template": f"unknown variable '{found[1].strip()}', expected one of: {names}\n"}
            )


def check_rights(call: Call, options: Mapping[str, Any]) -> None:
    """Raise what Proxmox answers to a caller who may not use some option."""
    if call.is_root:
        return
    for name in _ROOT_ONLY:
        if name in options:
            raise ParameterError({name: "Only root may set this option."})
    if any(name in options for name in ("bwlimit", "ionice", "performance")):
        call.require("/", "Sys.Modify")
    fleecing = structured(call.schema, "fleecing", options.get("fleecing"))
    if fleecing.get("storage"):
        call.require(f"/storage/{fleecing['storage']}", "Datastore.AllocateSpace")


def structured(schema: Schema, name: str, value: Any) -> dict[str, Any]:
    """A property string option as its properties; empty where it is not set."""
    return parse_property_string(schema, STRUCTURED[name], str(value), name) if value else {}


def as_shown(schema: Schema, options: Mapping[str, Any]) -> dict[str, Any]:
    """Options with property strings as objects of texts."""
    shown = dict(options)
    for name in STRUCTURED.keys() & options.keys():
        values = parse_property_string(schema, STRUCTURED[name], str(options[name]), name)
        shown[name] = {key: str(value) for key, value in values.items()}
        if name == "prune-backups" and not any(values.values()):
            # Keeping nothing means keeping everything, here as a number.
            shown[name] = {"keep-all": 1}
    return shown


def node_defaults(node: Node) -> dict[str, Any]:
    """What a node's vzdump.conf and, beneath it, Proxmox itself say where nothing is asked for."""
    found = dict(_DEFAULTS)
    for line in (node.files.read(CONFIG) or "").splitlines():
        key, colon, value = line.partition(":")
        if colon and not line.startswith("#"):
            known = found.get(key.strip())
            found[key.strip()] = int(value) if isinstance(known, int) and value.strip().isdigit() else value.strip()
    if "dumpdir" not in found:
        found.setdefault("storage", "local")
    return found


def included_guests(datacenter: Datacenter, options: Mapping[str, Any]) -> list[int]:
    """The guests that a job means, ascending; ones that do not exist are among them if they were named."""
    if options.get("pool"):
        pool = datacenter.access.pools.get(str(options["pool"]))
        if pool is None:
            raise ApiError(500, f"pool '{options['pool']}' does not exist")
        return sorted(pool.vms)
    if options.get("vmid"):
        return sorted({int(item) for item in split_list(str(options["vmid"]))})
    if not options.get("all"):
        return []
    excluded = {int(item) for item in split_list(str(options.get("exclude") or ""))}
    return sorted(place.vmid for place in datacenter.guests if place.vmid not in excluded)


def command_line(options: Mapping[str, Any]) -> str:
    """The job as it could be typed."""
    words = ["vzdump", *split_list(str(options.get("vmid") or ""))]
    for name in sorted(options):
        value = options[name]
        if name in _NO_COMMAND or value in (None, ""):
            continue
        values = value if isinstance(value, list) else [value]
        words += [f"--{name} {_quoted(str(one))}" for one in values]
    return " ".join(words)


def _quoted(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9_+\-.,/:@^%]+", text):
        return text
    return "'" + text.replace("'", "'\\''") + "'"
