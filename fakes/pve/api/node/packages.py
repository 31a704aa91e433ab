"""Packages of a node: installed versions, updates, change logs. No package server can be reached from a lab."""

from __future__ import annotations

import urllib.parse
from typing import Any

from fakes.pve.api.version import version_of
from fakes.pve.aptfiles import repository_files
from fakes.pve.call import Call
from fakes.pve.http import route
from fakes.pve.tables.packages import PACKAGES
from fakes.pve.tasks import Task


@route("GET", "/nodes/{node}/apt/versions")
def versions(call: Call) -> list[dict[str, Any]]:
    return [_row(call, name, version) for name, version in PACKAGES.items()]


def _row(call: Call, name: str, version: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "Package": name,
        "Title": name,
        "Arch": "amd64",
        "Version": version,
        "OldVersion": version,
        "CurrentState": "Installed",
        "Origin": "Proxmox",
        "Section": "admin",
        "Priority": "optional",
    }
    if name == "pve-manager":
        known = version_of(call)
        row["ManagerVersion"] = f"{known['version']}/{known['repoid']}"
    if name == "proxmox-ve":
        row["RunningKernel"] = call.node.facts.kernel
    return row


@route("GET", "/nodes/{node}/apt/update")
def updates(_call: Call) -> list[dict[str, Any]]:
    """None: nothing is known of packages newer than the installed ones."""
    return []


@route("POST", "/nodes/{node}/apt/update")
def refresh(call: Call) -> str:
    enabled = [one for file in repository_files(call.node) for one in file.repositories if one.is_enabled]

    def work(task: Task) -> None:
        task.log("starting apt-get update")
        for number, repository in enumerate(enabled, 1):
            host = urllib.parse.urlsplit(repository.uri).hostname
            task.log(f"Err:{number} {repository.uri} {repository.suite} InRelease")
            task.log(f"  Temporary failure resolving '{host}'")
        # APT counts this as passing trouble, not as a failure.
        task.log("Reading package lists...")
        task.log("W: Some index files failed to download. They have been ignored, or old ones used instead.")

    return call.start_task("aptupdate", "", work)


@route("GET", "/nodes/{node}/apt/changelog")
def changelog(call: Call) -> str:
    name = call.params["name"]
    if name not in PACKAGES:
        return f"E: Unable to locate package {name}\nRC: 100"
    version = call.get("version") or PACKAGES[name]
    return f"E: Failed to fetch changelog:/{name}.changelog  Changelog unavailable for {name}={version}\nRC: 100"
