"""What other configurations say about a guest, and how to make them forget it."""

from __future__ import annotations

from fakes.pve import ha
from fakes.pve.datacenter import Datacenter
from fakes.pve.params import split_list
from fakes.pve.sections import format_sections, parse_sections
from fakes.pve.tasks import Task

JOBS = "jobs.cfg"


def forget_guest(datacenter: Datacenter, kind: str, vmid: int, task: Task, *, purge: bool) -> None:
    """Take a destroyed guest ("vm" or "ct") out of rights, pools and firewall; with `purge` out of jobs and HA too."""
    if f"/vms/{vmid}" in datacenter.access.acl or datacenter.access.pool_of(vmid) is not None:
        with datacenter.edit_access() as access:
            access.forget_guest(vmid)
    datacenter.cfs.delete(f"firewall/{vmid}.fw")
    if purge:
        title = f"{kind.upper()} {vmid}"
        task.log(f"purging {title} from related configurations..")
        forget_backup_jobs(datacenter, vmid)
        if ha.remove(datacenter, kind, str(vmid)):
            task.log(f"NOTE: removed {title} from HA resource configuration.")


def forget_backup_jobs(datacenter: Datacenter, vmid: int) -> None:
    """Take a guest out of all backup jobs; a job that backs up nothing else is removed."""
    text = datacenter.cfs.read(JOBS)
    if text is None or str(vmid) not in text:
        return
    sections = parse_sections(text)
    for job in [section for section in sections.values() if section.type == "vzdump"]:
        for key in ("vmid", "exclude"):
            if key not in job.options:
                continue
            left = [item for item in split_list(job.options[key]) if item != str(vmid)]
            if left:
                job.options[key] = ",".join(left)
            elif key == "vmid":
                sections.pop(job.id, None)
            else:
                del job.options[key]
    datacenter.cfs.write(JOBS, format_sections(sections.values()))
