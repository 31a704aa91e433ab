"""/storage: which storages there are."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.cfs import digest
from fakes.pve.http import ApiError, route
from fakes.pve.storage import StorageConfig, read_config, write_config
from fakes.pve.storage.config import PATH, split
from fakes.pve.storage.kinds import KINDS, SENSITIVE
from fakes.pve.storage.options import checked_options
from fakes.pve.storage.volumes import volumes

STALE = "detected modified configuration - file changed by other user? Try again."
AUDIT = ("Datastore.Audit", "Datastore.AllocateSpace")


def _digest(call: Call) -> str:
    return digest(call.datacenter.cfs.read(PATH) or "")


def _existing(call: Call, prefix: str = "") -> StorageConfig:
    config = read_config(call.datacenter.cfs).get(call.params["storage"])
    if config is None:
        raise ApiError(500, f"{prefix}storage '{call.params['storage']}' does not exist")
    return config


def _keep_secrets(call: Call) -> None:
    """Put passwords and keys beside storage.cfg, where the API never shows them."""
    suffixes = {"password": "pw", "encryption-key": "enc", "keyring": "keyring", "master-pubkey": "master.pem"}
    storeid = call.params["storage"]
    for name in SENSITIVE & call.params.keys():
        call.datacenter.cfs.write(f"priv/storage/{storeid}.{suffixes[name]}", f"{call.params[name]}\n")
    for name in SENSITIVE & set(split(call.get("delete", ""))):
        call.datacenter.cfs.delete(f"priv/storage/{storeid}.{suffixes[name]}")


def _wanted(call: Call, *others: str) -> dict[str, Any]:
    left_out = {"storage", "type", "digest", "delete", *SENSITIVE, *others}
    return {name: value for name, value in call.params.items() if name not in left_out}


@route("GET", "/storage")
def storages(call: Call) -> list[dict[str, Any]]:
    wanted, stamp = call.get("type"), _digest(call)
    return [
        {**config.shown(), "digest": stamp}
        for config in read_config(call.datacenter.cfs).values()
        if wanted in (None, config.type) and call.allowed(f"/storage/{config.id}", *AUDIT, any_of=True)
    ]


@route("GET", "/storage/{storage}")
def storage(call: Call) -> dict[str, Any]:
    return {**_existing(call).shown(), "digest": _digest(call)}


@route("POST", "/storage")
def create_storage(call: Call) -> dict[str, Any]:
    storeid, kind = call.params["storage"], KINDS[call.params["type"]]
    given = _wanted(call)
    if not given.get("nodes"):
        given.pop("nodes", None)
    if kind.is_remote and kind.has_path:
        given.setdefault("path", f"/mnt/pve/{storeid}")
    options = checked_options(kind, given, creating=True)
    configs = read_config(call.datacenter.cfs)
    if storeid in configs:
        raise ApiError(500, f"create storage failed: storage ID '{storeid}' already defined")
    options.setdefault("content", ",".join(kind.default_content))
    config = StorageConfig(storeid, kind.name, options)
    reach = volumes(call.datacenter, call.node)
    if reach.is_usable(config):
        try:
            reach.plugin_of(config).activate()
        except ApiError as error:
            raise ApiError(500, f"create storage failed: {error.message}") from error
    _keep_secrets(call)
    write_config(call.datacenter.cfs, {**configs, storeid: config})
    return {"storage": storeid, "type": kind.name}


@route("PUT", "/storage/{storage}")
def update_storage(call: Call) -> dict[str, Any]:
    prefix = "update storage failed: "
    if "digest" in call.params and call.params["digest"] not in ("", _digest(call)):
        raise ApiError(500, prefix + STALE)
    config = _existing(call, prefix)
    try:
        changes = checked_options(config.kind, _wanted(call), creating=False)
        options = _without_deleted(config, split(call.get("delete") or ""), changes)
    except ApiError as error:
        raise ApiError(500, prefix + error.message) from error
    _keep_secrets(call)
    changed = StorageConfig(config.id, config.type, {**options, **changes})
    write_config(call.datacenter.cfs, {**read_config(call.datacenter.cfs), config.id: changed})
    return {"storage": config.id, "type": config.type}


def _without_deleted(config: StorageConfig, names: list[str], changes: dict[str, Any]) -> dict[str, str | int]:
    options = dict(config.options)
    for name in names:
        rule = config.kind.rules.get(name)
        if name in SENSITIVE and config.kind.is_remote:
            continue
        if rule is None:
            raise ApiError(500, f"no such option '{name}'")
        if not rule.is_optional:
            raise ApiError(500, f"unable to delete required option '{name}'")
        if rule.is_fixed:
            raise ApiError(500, f"unable to delete fixed option '{name}'")
        if name in changes:
            raise ApiError(500, f"cannot set and delete property '{name}' at the same time!")
        options.pop(name, None)
    return options


@route("DELETE", "/storage/{storage}")
def delete_storage(call: Call) -> None:
    config = _existing(call, "delete storage failed: ")
    configs = read_config(call.datacenter.cfs)
    if any(other.text("base").partition(":")[0] == config.id for other in configs.values()):
        raise ApiError(500, "delete storage failed: can't remove storage - storage is used as base of another storage")
    for secret in ("pw", "enc", "keyring", "master.pem"):
        call.datacenter.cfs.delete(f"priv/storage/{config.id}.{secret}")
    write_config(call.datacenter.cfs, {name: other for name, other in configs.items() if name != config.id})
    path = f"/storage/{config.id}"
    access = call.datacenter.access
    if path in access.acl or any(config.id in pool.storages for pool in access.pools.values()):
        with call.datacenter.edit_access() as edited:
            edited.acl.pop(path, None)
            for pool in edited.pools.values():
                pool.storages.pop(config.id, None)
