"""Tasks: the lists of a node and of the datacenter, one task's state and log, and stopping it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from fakes.pve.call import Call
from fakes.pve.http import ApiError, Download, Paged, ParameterError, route
from fakes.pve.params import split_list
from fakes.pve.tasklog import status_kind
from fakes.pve.tasks import Task, parse_upid

_COMPRESSED_FROM = 1024


def _identity(task: Task) -> dict[str, Any]:
    user, token = task.owner
    row: dict[str, Any] = {
        "upid": task.upid,
        "node": task.node,
        "pid": task.pid,
        "pstart": task.pstart,
        "starttime": task.starttime,
        "type": task.type,
        "id": task.id,
        "user": user,
    }
    return {**row, "tokenid": token} if token else row


def _is_own(call: Call, task: Task) -> bool:
    """A token sees its own tasks, a user also those of all tokens."""
    return call.user in (task.user, task.owner[0])


def _named(call: Call) -> Task:
    task = parse_upid(str(call.params["upid"]))
    if task is None:
        raise ParameterError({"upid": "unable to parse worker upid"})
    return task


def _known(call: Call, named: Task) -> Task:
    task = call.node.tasks.find(named.upid)
    if task is None:
        raise ParameterError({"upid": "no such task"})
    return task


@route("GET", "/nodes/{node}/tasks")
def tasks(call: Call) -> Paged:
    wanted = _filter(call)
    found = [task for task in _source(call) if wanted(task)]
    start, limit = call.get("start", 0), call.get("limit", 50)
    return Paged([_row(task) for task in found[start : start + limit]], len(found))


def _row(task: Task) -> dict[str, Any]:
    if task.is_running:
        return {**_identity(task), "status": "RUNNING"}
    return {**_identity(task), "endtime": task.endtime, "status": task.exitstatus}


def _source(call: Call) -> Iterator[Task]:
    source, queue = call.get("source", "archive"), call.node.tasks
    if source in ("active", "all"):
        yield from reversed(queue.running.values())
    if source in ("archive", "all"):
        yield from queue.newest_ended()


def _filter(call: Call) -> Callable[[Task], bool]:
    get = call.get
    user = str(get("userfilter") or "").lower()
    kind, vmid, since, until = get("typefilter"), get("vmid"), get("since"), get("until")
    statuses = split_list(get("statusfilter") or "")
    only_errors = bool(get("errors"))
    sees_all = call.allowed(f"/nodes/{call.node.name}", "Sys.Audit")

    def wanted(task: Task) -> bool:
        status = "" if task.is_running else task.exitstatus or ""
        return not (
            (user and user not in task.owner[0].lower())
            or not (sees_all or _is_own(call, task))
            or (kind and task.type != kind)
            or (vmid and task.id != str(vmid))
            or (since is not None and task.starttime < since)
            or (until is not None and task.starttime > until)
            or (only_errors and status_kind(status) != "error")
            or (statuses and status_kind(status) not in statuses)
        )

    return wanted


@route("GET", "/nodes/{node}/tasks/{upid}/status")
def status(call: Call) -> dict[str, Any]:
    task = _known(call, _named(call))
    if not _is_own(call, task):
        call.require(f"/nodes/{call.node.name}", "Sys.Audit")
    if task.is_running:
        return {**_identity(task), "status": "running"}
    return {**_identity(task), "status": "stopped", "exitstatus": task.exitstatus}


@route("GET", "/nodes/{node}/tasks/{upid}/log")
def log(call: Call) -> Paged | Download:
    named = _named(call)
    if not _is_own(call, named):
        call.require(f"/nodes/{call.node.name}", "Sys.Audit")
    task = call.node.tasks.find(named.upid)
    if call.get("download"):
        if "start" in call.params or "limit" in call.params:
            raise ApiError(500, "'download' cannot be used together with 'start' or 'limit' parameters")
        return _download(call, task)
    if task is None:
        return Paged({"n": 1, "t": "unable to open file - No such file or directory"}, 1)
    lines = call.node.tasks.log_lines(task)
    start, limit = call.get("start", 0), call.get("limit", 50)
    shown = lines[start : start + limit] if limit else lines[start:]
    rows = [{"n": number, "t": text} for number, text in enumerate(shown, start + 1)]
    if not lines:
        return Paged([{"n": 1, "t": "no content"}], 1)
    return Paged(rows, len(lines))


def _download(call: Call, task: Task | None) -> Download:
    if task is None:
        raise ApiError(500, f"can't open file '{call.params['upid']}' - No such file or directory")
    body = "".join(f"{line}\n" for line in call.node.tasks.log_lines(task)).encode()
    started = datetime.fromtimestamp(task.starttime, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    headers = {"Content-Disposition": f'attachment; filename="task-{task.node}-{task.type}-{started}.log"'}
    accepts_gzip = re.search(r"\bgzip\b", call.request.headers.get("accept-encoding", ""))
    if len(body) > _COMPRESSED_FROM and accepts_gzip:
        return Download(gzip.compress(body), headers={**headers, "Content-Encoding": "gzip"})
    return Download(body, headers=headers)


@route("DELETE", "/nodes/{node}/tasks/{upid}")
def stop(call: Call) -> None:
    task = _known(call, _named(call))
    if not _is_own(call, task):
        call.require(f"/nodes/{call.node.name}", "Sys.Modify")
    call.node.tasks.stop(task)


@route("GET", "/cluster/tasks")
def cluster_tasks(call: Call) -> list[dict[str, Any]]:
    sees_all = call.allowed("/", "Sys.Audit")
    recent = [task for node in call.datacenter.nodes.values() for task in node.tasks.recent()]
    return [_cluster_row(task) for task in recent if sees_all or call.user == task.owner[0]]


def _cluster_row(task: Task) -> dict[str, Any]:
    row = {key: value for key, value in _identity(task).items() if key not in ("pid", "pstart")}
    if task.is_running:
        return {**row, "saved": 0}
    return {**row, "saved": "1", "endtime": task.endtime, "status": task.exitstatus}
