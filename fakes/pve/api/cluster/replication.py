"""Storage replication jobs. They need a second node, so a standalone one has none and can make none."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.cfs import digest
from fakes.pve.http import ApiError, route
from fakes.pve.params import split_list
from fakes.pve.sections import Section, format_sections, parse_sections

PATH = "replication.cfg"
_NUMBERS = ("disable", "jobnum", "guest")
_MODIFIED = "detected modified configuration - file changed by other user? Try again."


def _jobs(call: Call) -> dict[str, Section]:
    return parse_sections(call.datacenter.cfs.read(PATH) or "")


def _write(call: Call, jobs: dict[str, Section]) -> None:
    call.datacenter.cfs.write(PATH, format_sections(jobs.values(), ("target",)))


def _row(call: Call, job: Section) -> dict[str, Any]:
    guest, _, number = job.id.partition("-")
    options = {key: int(value) if key in _NUMBERS else value for key, value in job.options.items()}
    place = call.datacenter.guests.find(int(guest))
    source = {"source": place.node} if place else {}
    return {**source, **options, "id": job.id, "type": job.type, "guest": int(guest), "jobnum": int(number)}


def _found(call: Call, jobs: dict[str, Section], problem: str = "no such job '{}'") -> Section:
    name = str(call.params["id"])
    if name not in jobs:
        raise ApiError(500, problem.format(name))
    return jobs[name]


def _may_see(call: Call, job: Section) -> bool:
    return call.allowed(f"/vms/{job.id.partition('-')[0]}", "VM.Audit")


@route("GET", "/cluster/replication")
def replications(call: Call) -> list[dict[str, Any]]:
    return [_row(call, job) for job in _jobs(call).values() if _may_see(call, job)]


@route("GET", "/cluster/replication/{id}")
def replication(call: Call) -> dict[str, Any]:
    guest = str(call.params["id"]).partition("-")[0]
    call.require(f"/vms/{guest}", "VM.Audit")
    job = _found(call, _jobs(call), "no such replication job '{}'")
    return {**_row(call, job), "digest": digest(call.datacenter.cfs.read(PATH) or "")}


@route("POST", "/cluster/replication")
def create_replication(call: Call) -> None:
    name, target, jobs = str(call.params["id"]), str(call.params["target"]), _jobs(call)
    # A node alone has no members to replicate to, not even itself.
    if not call.datacenter.is_cluster or target not in call.datacenter.nodes:
        raise ApiError(500, f"Target '{target}' does not exist.")
    if name in jobs:
        raise ApiError(500, f"replication job '{name}' already exists")
    place = call.datacenter.guests.find(int(name.partition("-")[0]))
    if place is not None and place.node == target:
        raise ApiError(500, "Source and target cannot be the same node")
    options = {key: str(value) for key, value in call.params.items() if key not in ("id", "type")}
    _write(call, {**jobs, name: Section("local", name, options)})


@route("PUT", "/cluster/replication/{id}")
def update_replication(call: Call) -> None:
    jobs = _jobs(call)
    wanted = call.get("digest")
    if wanted and wanted != digest(call.datacenter.cfs.read(PATH) or ""):
        raise ApiError(500, _MODIFIED)
    job = _found(call, jobs)
    job.options.update({k: str(v) for k, v in call.params.items() if k not in ("id", "digest", "delete")})
    for option in split_list(call.get("delete") or ""):
        if option not in call.method.params:
            raise ApiError(500, f"no such option '{option}'")
        job.options.pop(option, None)
    _write(call, jobs)


@route("DELETE", "/cluster/replication/{id}")
def delete_replication(call: Call) -> None:
    jobs = _jobs(call)
    job = _found(call, jobs)
    if call.get("force") or call.get("keep") or "remove_job" in job.options:
        del jobs[job.id]
    else:
        job.options["remove_job"] = "full"
    _write(call, jobs)


@route("GET", "/nodes/{node}/replication")
def node_replications(call: Call) -> list[dict[str, Any]]:
    """The jobs of the guests on a node, with how far they are."""
    wanted = call.get("guest")
    rows = [_status(call, job) for job in _jobs(call).values() if _may_see(call, job)]
    return [row for row in rows if row.get("source") == call.node.name and wanted in (None, row["guest"])]


def _status(call: Call, job: Section) -> dict[str, Any]:
    return {**_row(call, job), "vmtype": "qemu", "fail_count": 0, "last_sync": 0, "last_try": 0, "duration": 0}


def _on_node(call: Call) -> Section:
    return _found(call, _jobs(call), "no such replication job '{}'")


@route("GET", "/nodes/{node}/replication/{id}/status")
def status(call: Call) -> dict[str, Any]:
    return _status(call, _on_node(call))


@route("GET", "/nodes/{node}/replication/{id}/log")
def log(call: Call) -> list[dict[str, Any]]:
    """The log of the last run; there is no run without a second node."""
    guest = str(call.params["id"]).partition("-")[0]
    if not call.allowed("/", "Sys.Audit"):
        call.require(f"/vms/{guest}", "VM.Audit")
    return [{"n": 1, "t": "no content"}]


@route("POST", "/nodes/{node}/replication/{id}/schedule_now")
def schedule_now(call: Call) -> None:
    _on_node(call)
