"""ACME: accounts and challenge plugins are configured; no directory can be reached to order anything."""

from __future__ import annotations

import base64
import json
from typing import Any

from fakes.pve.call import Call
from fakes.pve.cfs import digest
from fakes.pve.http import ApiError, ParameterError, route
from fakes.pve.params import split_list
from fakes.pve.sections import Section, format_sections, parse_sections
from fakes.pve.tables.acme import DIRECTORIES, DNS_SERVICES
from fakes.pve.tasks import Task, TaskError

ACCOUNTS = "priv/acme"
PLUGINS = "priv/acme/plugins.cfg"
STANDALONE = "standalone"
_NUMBERS = ("validation-delay", "disable")
_OF_TYPE = {"standalone": {"disable", "nodes"}, "dns": {"api", "data", "disable", "nodes", "validation-delay"}}


def _unreachable(url: str) -> str:
    host = url.partition("//")[2].partition("/")[0]
    return f"GET to {url} failed: 500 Can't connect to {host}:443 (Name or service not known)"


@route("GET", "/cluster/acme/directories", kind="fixed")
def directories(_call: Call) -> list[dict[str, str]]:
    return [{"name": name, "url": url} for name, url in DIRECTORIES.items()]


@route("GET", "/cluster/acme/tos", kind="refusal")
def terms(call: Call) -> None:
    raise ApiError(500, _unreachable(call.get("directory") or next(iter(DIRECTORIES.values()))))


@route("GET", "/cluster/acme/meta", kind="refusal")
def meta(call: Call) -> None:
    raise ApiError(500, _unreachable(call.get("directory") or next(iter(DIRECTORIES.values()))))


@route("GET", "/cluster/acme/challenge-schema", kind="fixed")
def challenges(_call: Call) -> list[dict[str, Any]]:
    """The ways to prove that a domain is one's own; what a DNS service needs is free text."""
    services = [{"id": key, "name": name, "type": "dns", "schema": {}} for key, name in DNS_SERVICES.items()]
    return [*services, {"id": STANDALONE, "name": "Standalone HTTP Server", "type": STANDALONE, "schema": {}}]


def account_missing(name: str) -> str:
    """What Proxmox says about an account that there is none of."""
    return f"ACME account config file '{name}' does not exist."


@route("GET", "/cluster/acme/account")
def accounts(call: Call) -> list[dict[str, str]]:
    return [{"name": name} for name in call.datacenter.cfs.list(ACCOUNTS) if "." not in name]


def _account(call: Call) -> dict[str, Any]:
    name = call.get("name") or "default"
    text = call.datacenter.cfs.read(f"{ACCOUNTS}/{name}")
    if text is None:
        raise ParameterError({"name": account_missing(name)})
    found: dict[str, Any] = json.loads(text)
    return found


@route("GET", "/cluster/acme/account/{name}")
def account(call: Call) -> dict[str, Any]:
    found = _account(call)
    return {key: found[key] for key in ("account", "directory", "location", "tos") if key in found}


@route("POST", "/cluster/acme/account")
def register(call: Call) -> str:
    name = call.get("name") or "default"
    if f"{ACCOUNTS}/{name}" in call.datacenter.cfs:
        raise ParameterError({"name": f"ACME account config file '{name}' already exists."})
    url = call.get("directory") or next(iter(DIRECTORIES.values()))

    def work(task: Task) -> None:
        task.log("Generating ACME account key..")
        task.log("Registering ACME account..")
        raise TaskError(f"Registration of ACME account failed: {_unreachable(url)}")

    return call.start_task("acmeregister", "", work)


def _talk(call: Call, kind: str) -> str:
    """A task that has to ask an account's directory and cannot."""
    url = str(_account(call).get("directory") or next(iter(DIRECTORIES.values())))

    def work(_task: Task) -> None:
        raise TaskError(_unreachable(url))

    return call.start_task(kind, "", work)


@route("PUT", "/cluster/acme/account/{name}")
def update_account(call: Call) -> str:
    return _talk(call, "acmeupdate")


@route("DELETE", "/cluster/acme/account/{name}")
def deactivate(call: Call) -> str:
    return _talk(call, "acmedeactivate")


def _plugins(call: Call) -> dict[str, Section]:
    """The plugins by id; the stand-alone one is always there."""
    found = parse_sections(call.datacenter.cfs.read(PLUGINS) or "")
    found.setdefault(STANDALONE, Section(STANDALONE, STANDALONE))
    return found


def _row(call: Call, plugin: Section) -> dict[str, Any]:
    row: dict[str, Any] = {"plugin": plugin.id, "type": plugin.type, **plugin.options}
    row |= {key: int(row[key]) for key in _NUMBERS if key in row}
    if "data" in row:
        row["data"] = base64.b64decode(row["data"]).decode("utf-8", "replace")
    return row | {"digest": digest(call.datacenter.cfs.read(PLUGINS) or "")}


def _write(call: Call, plugins: dict[str, Section]) -> None:
    call.datacenter.cfs.write(PLUGINS, format_sections(plugins.values()))


@route("GET", "/cluster/acme/plugins")
def plugins(call: Call) -> list[dict[str, Any]]:
    wanted = call.get("type")
    return [_row(call, plugin) for plugin in _plugins(call).values() if wanted in (None, plugin.type)]


@route("GET", "/cluster/acme/plugins/{id}")
def plugin(call: Call) -> dict[str, Any]:
    found = _plugins(call).get(call.params["id"])
    if found is None:
        raise ApiError(500, f"ACME plugin '{call.params['id']}' not defined")
    return _row(call, found)


def _check(kind: str, options: dict[str, str]) -> None:
    for key in options:
        if key not in _OF_TYPE[kind]:
            raise ApiError(500, f"unexpected property '{key}'")
    if kind == "dns" and not options.get("api"):
        raise ApiError(500, "missing value for required option 'api'")


@route("POST", "/cluster/acme/plugins")
def add_plugin(call: Call) -> None:
    name, kind = call.params["id"], call.params["type"]
    found = _plugins(call)
    if name in found:
        raise ApiError(500, f"ACME plugin ID '{name}' already exists")
    options = {key: str(value) for key, value in call.params.items() if key not in ("id", "type")}
    _check(kind, options)
    found[name] = Section(kind, name, options)
    _write(call, found)


@route("PUT", "/cluster/acme/plugins/{id}")
def change_plugin(call: Call) -> None:
    name, found = call.params["id"], _plugins(call)
    known = call.get("digest")
    if known and known != digest(call.datacenter.cfs.read(PLUGINS) or ""):
        raise ApiError(500, "detected modified configuration - file changed by other user? Try again.")
    if name not in found:
        raise ApiError(500, f"ACME plugin '{name}' not defined")
    options = found[name].options
    for key in split_list(call.get("delete") or ""):
        options.pop(key, None)
    options.update({key: str(call.params[key]) for key in call.params if key not in ("id", "delete", "digest")})
    _check(found[name].type, options)
    _write(call, found)


@route("DELETE", "/cluster/acme/plugins/{id}")
def delete_plugin(call: Call) -> None:
    found = _plugins(call)
    found.pop(call.params["id"], None)
    _write(call, found)
