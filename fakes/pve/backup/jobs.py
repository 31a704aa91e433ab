"""jobs.cfg: the backup jobs that repeat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.pve.calendar import CalendarError, parse_calendar_event
from fakes.pve.cfs import Tree
from fakes.pve.datacenter import Datacenter
from fakes.pve.node import Node
from fakes.pve.schema import Spec
from fakes.pve.sections import Section, format_sections, parse_sections

PATH = "jobs.cfg"
TYPE = "vzdump"
_REQUIRED = ("schedule",)


def backup_jobs(cfs: Tree) -> dict[str, Section]:
    """The backup jobs by id; shared, not to be changed."""
    jobs = cfs.parsed(PATH, parse_sections)
    return {name: job for name, job in jobs.items() if job.type == TYPE}


def write_job(cfs: Tree, name: str, options: Mapping[str, Any] | None) -> None:
    """Make or replace a job; None removes it. Jobs of other types stay as they are."""
    jobs = parse_sections(cfs.read(PATH) or "")
    if options is None:
        jobs.pop(name, None)
    else:
        jobs[name] = Section(TYPE, name, {key: _text(value) for key, value in options.items()})
    cfs.write(PATH, format_sections(jobs.values(), _REQUIRED))


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def typed(job: Section, params: Mapping[str, Spec]) -> dict[str, Any]:
    """A job's options with integers and booleans as int."""
    numeric = {name for name, spec in params.items() if spec.get("type") in ("integer", "boolean")}
    return {key: int(value) if key in numeric else value for key, value in job.options.items()}


def next_run(datacenter: Datacenter, node: Node, schedule: str) -> int | None:
    """When a schedule is due next, in the node's time zone; None where it never is."""
    zone = (node.files.read("etc/timezone") or "UTC").strip()
    try:
        return parse_calendar_event(schedule).next_after(datacenter.clock.now(), zone)
    except CalendarError:
        return None
