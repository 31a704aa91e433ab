"""The commands of `pvesr`, for storage replication."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.commands.definition import Command, Tree, api, own
from fakes.commands.rendering import timestamp_text
from fakes.commands.session import Session
from fakes.pve.http import ApiError
from fakes.pve.schema import Spec

JOBS, JOB = "/cluster/replication", "/cluster/replication/{id}"
STATES = "/nodes/{node}/replication"
_ID: Mapping[str, Spec] = {"id": {"type": "string", "format": "pve-replication-job-id"}}
_RUN: Mapping[str, Spec] = {
    "id": {"type": "string", "format": "pve-replication-job-id", "optional": 1},
    "verbose": {"type": "boolean", "optional": 1},
    "mail": {"type": "boolean", "optional": 1},
}
Rows = list[dict[str, Any]]


def _show_jobs(session: Session, rows: Rows, _options: Mapping[str, Any]) -> None:
    session.say(f"{'JobID':<20} {'Target':<20} {'Schedule':>10} {'Rate':>5} {'Enabled':>8}")
    for row in sorted(rows, key=lambda one: str(one["id"])):
        target, rate = f"{row['type']}/{row['target']}", row.get("rate", "-")
        enabled = "no" if row.get("disable") else "yes"
        session.say(f"{row['id']:<20} {target:<20} {row.get('schedule', '*/15'):>10} {rate:>5} {enabled:>8}")


def _show_states(session: Session, rows: Rows, _options: Mapping[str, Any]) -> None:
    names = ("LastSync", "NextSync")
    head = f"{'JobID':<20} {'Enabled':<10} {'Target':<20} {names[0]:>20} {names[1]:>20}"
    session.say(f"{head} {'Duration':>10} {'FailCount':>10} State")
    for row in sorted(rows, key=lambda one: str(one["id"])):
        last, then = (_moment(row.get(name)) for name in ("last_sync", "next_sync"))
        line = f"{row['id']:<20} {'No' if row.get('disable') else 'Yes':<10} {row['target']:<20} {last:>20} {then:>20}"
        session.say(f"{line} {row.get('duration', '-'):>10} {row.get('fail_count', 0):>10} {row.get('error', 'OK')}")


def _moment(value: Any) -> str:
    return timestamp_text(value).replace(" ", "_") if value else "-"


def _switched(*, on: bool) -> Command:
    def run(session: Session, given: dict[str, Any]) -> None:
        change = {"delete": "disable"} if on else {"disable": 1}
        session.call("PUT", JOB, {"id": given["id"], **change})

    return own(_ID, run, "id")


def _run(session: Session, given: dict[str, Any]) -> None:
    """Carry out the jobs that are due; without a cluster there are none."""
    wanted = given.get("id")
    if wanted is not None and not any(row["id"] == wanted for row in session.get(STATES)):
        raise ApiError(500, f"no such replication job '{wanted}'")


TREE: Tree = {
    "list": api("GET", JOBS, show=_show_jobs),
    "status": api("GET", STATES, show=_show_states),
    "read": api("GET", JOB, "id", formats=True),
    "create-local-job": api("POST", JOBS, "id", "target", fixed={"type": "local"}),
    "update": api("PUT", JOB, "id"),
    "delete": api("DELETE", JOB, "id"),
    "enable": _switched(on=True),
    "disable": _switched(on=False),
    "schedule-now": api("POST", f"{STATES}/{{id}}/schedule_now", "id"),
    "run": own(_RUN, _run),
}
