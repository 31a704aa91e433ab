"""Backup jobs: made, looked at, changed and removed. The jobs themselves are kept in jobs.cfg."""

from __future__ import annotations

import uuid
from typing import Any

from fakes.pve.backup.jobs import backup_jobs, next_run, typed, write_job
from fakes.pve.backup.options import as_shown, check_rights, checked
from fakes.pve.call import Call
from fakes.pve.http import ApiError, ForbiddenError, ParameterError, route
from fakes.pve.params import split_list

_SELECTORS = {"vmid": ("all", "exclude", "pool"), "all": ("vmid", "pool"), "pool": ("vmid", "all", "exclude")}


def _shown(call: Call, name: str) -> dict[str, Any]:
    params = call.schema.methods["POST", "/cluster/backup"].params
    job = as_shown(call.schema, typed(backup_jobs(call.datacenter.cfs)[name], params))
    return {"enabled": 1, **job, "id": name, "type": "vzdump"}


def _inside(error: ParameterError) -> ApiError:
    """A refused parameter as Proxmox reports it where the check is part of the work: a 500 with the 400 as text."""
    details = "".join(f"{name}: {text}\n" for name, text in error.errors.items()) if error.errors else ""
    return ApiError(500, f"400 {error.message}\n{details}".removesuffix("\n"))


def _with_schedule(options: dict[str, Any], *, needed: bool) -> dict[str, Any]:
    """The options with the older `starttime` and `dow` as a schedule."""
    start, days = options.pop("starttime", None), options.pop("dow", None)
    if "schedule" in options:
        if start is not None:
            raise ParameterError({"starttime": "'starttime' and 'schedule' cannot both be set"})
    elif start is not None:
        options["schedule"] = f"{days} {start}" if days else str(start)
    elif needed:
        raise ParameterError({"schedule": "neither 'starttime' nor 'schedule' were set"})
    return options


def _check_caller(call: Call) -> None:
    check_rights(call, call.params)
    pool = call.get("pool")
    if pool:
        if pool not in call.datacenter.access.pools:
            raise ForbiddenError(f"pool '{pool}' does not exist")
        call.require(f"/pool/{pool}", "VM.Backup")


@route("GET", "/cluster/backup")
def jobs(call: Call) -> list[dict[str, Any]]:
    rows = []
    for name, job in backup_jobs(call.datacenter.cfs).items():
        row = _shown(call, name)
        due = next_run(call.datacenter, call.node, job.options.get("schedule", ""))
        rows.append(row if due is None else {**row, "next-run": due})
    return rows


@route("POST", "/cluster/backup")
def create_job(call: Call) -> None:
    _check_caller(call)
    options = _with_schedule(dict(call.params), needed=True)
    options.setdefault("enabled", 1)
    name = str(options.pop("id", None) or uuid.uuid4())
    if name in backup_jobs(call.datacenter.cfs):
        raise ApiError(500, f"Job '{name}' already exists")
    try:
        options = checked(options)
    except ParameterError as error:
        raise _inside(error) from error
    write_job(call.datacenter.cfs, name, options)


@route("GET", "/cluster/backup/{id}")
def job(call: Call) -> dict[str, Any]:
    name = str(call.params["id"])
    if name not in backup_jobs(call.datacenter.cfs):
        raise ParameterError({"id": f"No such job '{name}'"})
    return _shown(call, name)


@route("PUT", "/cluster/backup/{id}")
def update_job(call: Call) -> None:
    _check_caller(call)
    changes = _with_schedule({key: value for key, value in call.params.items() if key != "id"}, needed=False)
    name, deleted = str(call.params["id"]), split_list(str(changes.pop("delete", None) or ""))
    if not changes and not deleted:
        raise ApiError(500, "no options specified")
    found = backup_jobs(call.datacenter.cfs).get(name)
    if found is None:
        raise ApiError(500, "no such vzdump job")
    try:
        options = _changed(call, dict(found.options), changes, deleted)
    except ParameterError as error:
        raise _inside(error) from error
    write_job(call.datacenter.cfs, name, options)


def _changed(call: Call, options: dict[str, Any], changes: dict[str, Any], deleted: list[str]) -> dict[str, Any]:
    known = call.schema.methods["POST", "/cluster/backup"].params
    for key in deleted:
        if key not in known:
            raise ParameterError({"delete": f"unknown option '{key}'"})
        options.pop(key, None)
    options.update(changes)
    if "exclude" in options and "pool" not in options:
        options["all"] = 1
    chosen = "vmid" if "vmid" in changes else "all" if changes.get("all") else "pool" if options.get("pool") else ""
    for key in _SELECTORS.get(chosen, ()):
        options.pop(key, None)
    return checked({key: int(value) if key == "all" else value for key, value in options.items()})


@route("DELETE", "/cluster/backup/{id}")
def delete_job(call: Call) -> None:
    name = str(call.params["id"])
    if name not in backup_jobs(call.datacenter.cfs):
        raise _inside(ParameterError({"id": f"No such job '{name}'"}))
    write_job(call.datacenter.cfs, name, None)
