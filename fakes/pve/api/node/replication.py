"""Replication jobs as they run on a node."""

from __future__ import annotations

import json
from typing import Any

from fakes.pve.call import Call
from fakes.pve.http import ApiError, route
from fakes.pve.sections import Section, parse_sections

REPLICATION_CFG = "replication.cfg"
_STATE = "run/replication"


def _jobs(call: Call) -> dict[str, Section]:
    return call.datacenter.cfs.parsed(REPLICATION_CFG, parse_sections)


def _known(call: Call) -> Section:
    job = _jobs(call).get(call.params["id"])
    if job is None:
        raise ApiError(500, f"no such replication job '{call.params['id']}'")
    return job


def _row(call: Call, job: Section) -> dict[str, Any]:
    guest, _, number = job.id.partition("-")
    state = json.loads(call.node.files.read(f"{_STATE}/{job.id}.json") or "{}")
    row = {"id": job.id, "type": job.type, "guest": int(guest), "jobnum": int(number), **job.options}
    return {**row, "source": call.node.name, "fail_count": 0, "last_sync": 0, **state}


@route("GET", "/nodes/{node}/replication")
def replication(call: Call) -> list[dict[str, Any]]:
    wanted, here = call.get("guest"), set(call.datacenter.guests.on(call.node.name, "qemu"))
    rows = [_row(call, job) for job in _jobs(call).values()]
    return [
        row
        for row in rows
        if row["guest"] in here and wanted in (None, row["guest"]) and call.allowed(f"/vms/{row['guest']}", "VM.Audit")
    ]


@route("GET", "/nodes/{node}/replication/{id}/status")
def status(call: Call) -> dict[str, Any]:
    return _row(call, _known(call))


@route("GET", "/nodes/{node}/replication/{id}/log")
def log(call: Call) -> list[dict[str, Any]]:
    """The log of the last run, which is looked for whether there is such a job or not."""
    state = call.node.files.read(f"{_STATE}/{call.params['id']}.json")
    if state is None:
        return [{"n": 1, "t": "unable to open file - No such file or directory"}]
    return [{"n": 1, "t": f"{call.params['id']}: end replication job with error: {json.loads(state)['error']}"}]


@route("POST", "/nodes/{node}/replication/{id}/schedule_now")
def schedule_now(call: Call) -> None:
    """Try at once; only ZFS could do it, and the nodes of a lab have none in common."""
    row = _row(call, _known(call))
    error = f"missing replicate feature on a volume of guest {row['guest']}"
    state = {"last_try": int(call.datacenter.clock.now()), "fail_count": row["fail_count"] + 1, "error": error}
    call.node.files.write(f"{_STATE}/{row['id']}.json", json.dumps(state))
