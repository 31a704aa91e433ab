"""Jobs of the datacenter: realm synchronisations kept in jobs.cfg, and looking ahead in a schedule."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fakes.pve.backup.jobs import PATH, next_run, typed
from fakes.pve.calendar import parse_calendar_event
from fakes.pve.call import Call
from fakes.pve.http import ApiError, ParameterError, route
from fakes.pve.params import split_list
from fakes.pve.realms import realms
from fakes.pve.sections import Section, format_sections, parse_sections

TYPE = "realm-sync"
_REQUIRED = ("realm", "schedule")


def _jobs(call: Call) -> dict[str, Section]:
    return parse_sections(call.datacenter.cfs.read(PATH) or "")


def _write(call: Call, jobs: dict[str, Section]) -> None:
    call.datacenter.cfs.write(PATH, format_sections(jobs.values(), _REQUIRED))


def _shown(call: Call, job: Section) -> dict[str, Any]:
    params = call.schema.methods["POST", "/cluster/jobs/realm-sync/{id}"].params
    return {**typed(job, params), "type": TYPE}


@route("GET", "/cluster/jobs/realm-sync")
def realm_syncs(call: Call) -> list[dict[str, Any]]:
    rows = []
    for name, job in sorted(_jobs(call).items()):
        if job.type != TYPE:
            continue
        row = {**_shown(call, job), "id": name, "last-run": None}
        due = next_run(call.datacenter, call.node, job.options["schedule"])
        rows.append(row if due is None else {**row, "next-run": due})
    return rows


@route("GET", "/cluster/jobs/realm-sync/{id}")
def realm_sync(call: Call) -> dict[str, Any]:
    return _shown(call, _found(call, _jobs(call)))


def _found(call: Call, jobs: dict[str, Section]) -> Section:
    name = str(call.params["id"])
    if name not in jobs or jobs[name].type != TYPE:
        raise ParameterError({"id": f"No such job '{name}'"})
    return jobs[name]


@route("POST", "/cluster/jobs/realm-sync/{id}")
def create_realm_sync(call: Call) -> None:
    name, jobs = str(call.params["id"]), _jobs(call)
    options = {key: str(value) for key, value in call.params.items() if key != "id"}
    if name in jobs:
        raise ApiError(500, f"Job '{name}' already exists")
    options.setdefault("enabled", "1")
    if "scope" not in options:
        raise ApiError(500, "missing value for required option 'scope'")
    realm = options.get("realm", "")
    if realm not in realms(call.datacenter):
        # The check is part of the work, so its 400 arrives as text.
        raise ApiError(500, ParameterError({"realm": f"No such realm '{realm}'"}).text)
    _write(call, {**jobs, name: Section(TYPE, name, options)})


@route("PUT", "/cluster/jobs/realm-sync/{id}")
def update_realm_sync(call: Call) -> None:
    jobs = _jobs(call)
    changes = {key: str(value) for key, value in call.params.items() if key not in ("id", "delete")}
    deleted = split_list(call.get("delete") or "")
    if not changes:
        # Options to delete do not count.
        raise ApiError(500, "no job options specified")
    job = jobs.get(str(call.params["id"]))
    if job is None or job.type != TYPE:
        raise ApiError(500, f"no such {TYPE} job")
    for option in deleted:
        if option in ("realm", "schedule", "scope"):
            raise ApiError(500, f"unable to delete required option '{option}'")
        if option not in call.method.params:
            raise ApiError(500, f"no such option '{option}'")
        job.options.pop(option, None)
    job.options.update(changes)
    _write(call, jobs)


@route("DELETE", "/cluster/jobs/realm-sync/{id}")
def delete_realm_sync(call: Call) -> None:
    jobs = _jobs(call)
    try:
        del jobs[_found(call, jobs).id]
    except ParameterError as error:
        raise ApiError(500, error.text) from error
    _write(call, jobs)


@route("GET", "/cluster/jobs/schedule-analyze")
def analyze(call: Call) -> list[dict[str, Any]]:
    """The next moments of a schedule in the node's time zone, each also as UTC text."""
    event = parse_calendar_event(call.params["schedule"])
    zone = (call.node.files.read("etc/timezone") or "UTC").strip()
    moment = int(call.get("starttime") or call.datacenter.clock.now())
    rows: list[dict[str, Any]] = []
    for _ in range(call.get("iterations", 10)):
        due = event.next_after(moment, zone)
        if due is None:
            break
        moment = due
        # A text such as "Thu Jan  1 23:00:00 2026".
        rows.append({"timestamp": moment, "utc": datetime.fromtimestamp(moment, UTC).strftime("%a %b %e %H:%M:%S %Y")})
    return rows
