"""Realms: list, read, create, change, delete and sync. No directory server is ever reachable from the lab."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.cfs import digest
from fakes.pve.http import ApiError, ParameterError, prefixed, route
from fakes.pve.params import parse_property_string, split_list
from fakes.pve.realms import PATH, REALM_TYPES, Realm, check_options, format_realms, parse_realms, realms
from fakes.pve.tasks import Task, TaskError

_DIRECTORIES = ("ad", "ldap")


@route("GET", "/access/domains")
def list_domains(call: Call) -> list[dict[str, Any]]:
    """All realms, for the login window too."""
    rows = []
    for realm in realms(call.datacenter).values():
        row: dict[str, Any] = {"realm": realm.name, "type": realm.type}
        if realm.options.get("comment"):
            row["comment"] = realm.options["comment"]
        if realm.options.get("default"):
            row["default"] = 1
        if realm.tfa_type:
            row["tfa"] = realm.tfa_type
        rows.append(row)
    return rows


@route("GET", "/access/domains/{realm}")
def read_domain(call: Call) -> dict[str, Any]:
    name = call.params["realm"]
    realm = realms(call.datacenter).get(name)
    if realm is None:
        raise ApiError(500, f"domain '{name}' does not exist")
    shown = {key: value for key, value in realm.options.items() if key != "password"}
    if realm.type == "pam":
        shown["plugin"] = "PVE::Auth::PAM"
    return {**shown, "type": realm.type, "digest": _digest(call)}


@route("POST", "/access/domains")
def create_domain(call: Call) -> None:
    options = dict(call.params)
    name, kind = options.pop("realm"), options.pop("type")
    password, checks = options.pop("password", None), options.pop("check-connection", 0)
    with prefixed("add auth server failed"):
        found = _copy(call)
        if name in found:
            raise ApiError(500, f"domain '{name}' already exists")
        if name in REALM_TYPES and kind in ("pam", "pve"):
            raise ApiError(500, f"unable to use reserved name '{name}'")
        if kind in ("pam", "pve"):
            raise ApiError(500, f"unable to create builtin type '{kind}'")
        realm = Realm(name, kind, check_options(kind, options, is_new=True))
        _keep_password(call, realm, password)
        if checks and kind in _DIRECTORIES:
            raise ApiError(500, _unreachable(realm))
        _store(call, found, realm)


@route("PUT", "/access/domains/{realm}")
def update_domain(call: Call) -> None:
    options = dict(call.params)
    name, wanted = options.pop("realm"), options.pop("digest", None)
    password, checks = options.pop("password", None), options.pop("check-connection", 0)
    deletions = split_list(options.pop("delete", None) or "")
    with prefixed("update auth server failed"):
        if wanted and wanted != _digest(call):
            raise ApiError(500, "detected modified configuration - file changed by other user? Try again.")
        found = _copy(call)
        realm = found.get(name)
        if realm is None:
            raise ApiError(500, "cannot lookup undefined type! at /usr/share/perl5/PVE/API2/Domains.pm line 246.")
        if not (deletions or options or password is not None):
            raise ApiError(500, "no options specified")
        for key in deletions:
            realm.options.pop(key, None)
        realm.options.update(check_options(realm.type, options, is_new=False))
        if password is not None or "password" in deletions:
            _keep_password(call, realm, password)
        if checks and realm.type in _DIRECTORIES:
            raise ApiError(500, _unreachable(realm))
        _store(call, found, realm)


@route("DELETE", "/access/domains/{realm}")
def delete_domain(call: Call) -> None:
    """Delete a realm; the built-in ones are back at the next look."""
    name = call.params["realm"]
    with prefixed("delete auth server failed"):
        found = _copy(call)
        if name not in found:
            raise ApiError(500, f"authentication domain '{name}' does not exist")
        _keep_password(call, found.pop(name), None)
        call.datacenter.cfs.write(PATH, format_realms(found))


@route("POST", "/access/domains/{realm}/sync")
def sync_domain(call: Call) -> str:
    """A task that reads users and groups from a directory, which it cannot reach."""
    name = call.params["realm"]
    realm = realms(call.datacenter).get(name)
    if realm is None:
        raise ParameterError({"realm": "Realm does not exist."})
    if realm.type not in _DIRECTORIES:
        raise ApiError(500, f"Cannot sync realm type '{realm.type}'! Only LDAP/AD realms can be synced.")
    text = realm.options.get("sync-defaults-options") or ""
    defaults = parse_property_string(call.schema, "realm-sync-options", text)
    if "scope" not in call.params and "scope" not in defaults:
        raise ParameterError({"scope": "Not passed as parameter and not defined in realm default sync options."})
    is_test = bool(call.get("dry-run"))

    def work(task: Task) -> None:
        task.log(f"{'(dry test run) ' if is_test else ''}starting sync for realm {name}")
        raise TaskError(_unreachable(realm))

    return call.start_task("auth-realm-sync-test" if is_test else "auth-realm-sync", name, work)


def _copy(call: Call) -> dict[str, Realm]:
    return parse_realms(call.datacenter.cfs.read(PATH) or "")


def _store(call: Call, found: dict[str, Realm], realm: Realm) -> None:
    if realm.options.get("default"):
        for other in found.values():
            if other is not realm:
                other.options.pop("default", None)
    found[realm.name] = realm
    call.datacenter.cfs.write(PATH, format_realms(found))


def _digest(call: Call) -> str:
    return digest(call.datacenter.cfs.read(PATH) or "")


def _keep_password(call: Call, realm: Realm, password: str | None) -> None:
    """Keep the bind password of a directory where Proxmox has it, apart from the configuration."""
    if realm.type not in _DIRECTORIES:
        return
    path = f"priv/realm/{realm.name}.pw"
    if password is None:
        call.datacenter.cfs.delete(path)
    else:
        call.datacenter.cfs.write(path, f"{password}\n")


def _unreachable(realm: Realm) -> str:
    return f"{realm.options.get('server1', realm.name)}: IO::Socket::INET6: connect: No route to host"
