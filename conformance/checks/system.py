"""Proxmox VE, its version, and the Debian below it."""

from __future__ import annotations

import re

from conformance.checks import check
from conformance.facts import Facts
from conformance.findings import Claim, Outcome, all_of, failed, passed, unknown

PVE_VERSION = "8.4.1"


@check(
    "OS-01",
    expects="Proxmox VE installed and running",
    reads=("pve.installed", "pve.pmxcfs_mounted", "pve.api_version", "pve.api_repoid"),
    hint="pve-manager must be installed and /etc/pve mounted by pmxcfs, or the API must answer",
)
def hypervisor_os(facts: Facts) -> Outcome:
    """The node runs Proxmox VE."""
    installed, mounted = facts.snapshot.flag("pve.installed"), facts.snapshot.flag("pve.pmxcfs_mounted")
    version, repoid = facts.snapshot.text("pve.api_version"), facts.snapshot.text("pve.api_repoid")
    if installed and mounted:
        return passed("pve-manager is installed and /etc/pve is mounted")
    if version and repoid:
        return passed(f"the API answers as {version}/{repoid}")
    if installed is False:
        return failed("pve-manager is not installed")
    if mounted is False:
        return failed("/etc/pve is not mounted by pmxcfs")
    return unknown("neither package and mount nor the API version are known")


@check(
    "OS-02",
    expects=f"Proxmox VE {PVE_VERSION} from every source",
    reads=("pve.pveversion_text", "pve.api_version"),
    hint="sources that differ mean an upgrade without a restart of the daemons",
)
def pve_version(facts: Facts) -> Outcome:
    """Exactly the version of the page, on disk and in the running daemons."""
    text, loaded = facts.snapshot.text("pve.pveversion_text"), facts.snapshot.text("pve.api_version")
    claims = []
    if text is not None:
        installed = installed_version(text)
        shown = f"pveversion says {installed}" if installed else f"no version in {text[:60]!r}"
        claims.append(Claim(None if installed is None else installed == PVE_VERSION, shown))
    if loaded is not None:
        claims.append(Claim(loaded.strip() == PVE_VERSION, f"the API says {loaded}"))
    return all_of(claims or (Claim(None, "no source names a version"),))


def installed_version(text: str) -> str | None:
    """The pve-manager version in the output of ``pveversion`` (short or verbose)."""
    found = re.search(r"pve-manager/([^/\s]+)", text) or re.search(r"^pve-manager:\s*(\S+)", text, re.MULTILINE)
    return found[1] if found else None


@check("OS-03", expects="Debian 12", reads=("os.id", "os.version_id"))
def debian_base(facts: Facts) -> Outcome:
    """The base system is Debian 12."""
    name, version = facts.snapshot.text("os.id"), facts.snapshot.text("os.version_id")
    return all_of(
        (
            Claim(None if name is None else name.strip('"').casefold() == "debian", f"ID {name}"),
            Claim(None if version is None else version.strip('"') == "12", f"VERSION_ID {version}"),
        )
    )
