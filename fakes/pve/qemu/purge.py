"""What other configurations say about a guest, and how to make them forget it."""

from __future__ import annotations

from fakes.pve.datacenter import Datacenter
from fakes.pve.params import split_list
from fakes.pve.sections import Section, format_sections, parse_sections

HA_RESOURCES = "ha/resources.cfg"
JOBS = "jobs.cfg"


def ha_resource(datacenter: Datacenter, vmid: int) -> Section | None:
    """A virtual machine's section among the HA resources, shared and not to be changed; None where it has none."""
    section = datacenter.cfs.parsed(HA_RESOURCES, parse_sections).get(str(vmid))
    return section if section is not None and section.type == "vm" else None


def is_ha_managed(datacenter: Datacenter, vmid: int) -> bool:
    """True where the HA stack decides when a guest runs."""
    section = ha_resource(datacenter, vmid)
    return section is not None and section.options.get("state", "started") != "ignored"


def request_ha_state(datacenter: Datacenter, vmid: int, state: str) -> None:
    """Ask the HA stack for another state of a guest: ``started`` or ``stopped``."""
    sections = parse_sections(datacenter.cfs.read(HA_RESOURCES) or "")
    sections[str(vmid)].options["state"] = state
    datacenter.cfs.write(HA_RESOURCES, format_sections(sections.values()))


def forget_ha(datacenter: Datacenter, vmid: int) -> bool:
    """Remove a guest's HA resource; True where there was one."""
    if ha_resource(datacenter, vmid) is None:
        return False
    sections = parse_sections(datacenter.cfs.read(HA_RESOURCES) or "")
    del sections[str(vmid)]
    datacenter.cfs.write(HA_RESOURCES, format_sections(sections.values()))
    return True


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
