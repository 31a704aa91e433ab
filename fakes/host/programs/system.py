"""Programs of the running system: systemctl, dpkg-query, findmnt, timedatectl."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fakes.host.output import Output, failed
from fakes.host.programs import program

if TYPE_CHECKING:
    from fakes.host.machine import Machine


@program("systemctl")
def systemctl(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    words = [arg for arg in args if not arg.startswith("-")]
    if words[:1] == ["list-units"]:
        rows = (f"{name}.service loaded active running {name}\n" for name in sorted(machine.services))
        return Output(0, "".join(rows))
    if len(words) < 2:
        return failed(1, "Unknown command verb.")
    verb, units = words[0], words[1:]
    active = [machine.is_active(unit) for unit in units]
    if verb == "is-active":
        # systemctl answers 0 where one of the units is active.
        text = "" if "-q" in args else "".join("active\n" if one else "inactive\n" for one in active)
        return Output(0 if any(active) else 3, text)
    if verb == "is-enabled":
        return Output(0 if any(active) else 1, "".join("enabled\n" if one else "disabled\n" for one in active))
    if verb in ("status", "show"):
        state = "active (running)" if active[0] else "inactive (dead)"
        return Output(0 if active[0] else 3, f"● {units[0]}\n     Active: {state}\n")
    return failed(1, f"Failed to {verb} {units[0]}: Access denied")


@program("dpkg-query", "dpkg")
def dpkg_query(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    names = [arg for arg in args if not arg.startswith("-")]
    form = next((arg.partition("=")[2] for arg in args if arg.startswith("-f=")), None)
    if form is None and "-f" in args:
        form = names.pop(0)
    stdout, stderr = "", ""
    for name in names:
        version = machine.packages.get(name)
        if version is None:
            stderr += f"dpkg-query: package '{name}' is not installed and no information is available\n"
        elif form is not None:
            values = {"${Version}": version, "${Package}": name, "${db:Status-Status}": "installed"}
            values["${Status}"] = "install ok installed"
            text = form.replace("\\n", "\n").replace("\\t", "\t")
            for key, value in values.items():
                text = text.replace(key, value)
            stdout += text
        else:
            stdout += f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n"
    return Output(1 if stderr else 0, stdout, stderr)


@program("findmnt")
def findmnt(machine: Machine, args: list[str], stdin: str) -> Output:
    del args, stdin
    mounts = {"/": ("/dev/mapper/pve-root" if machine.api else "/dev/sda1", "ext4")}
    if machine.is_pmxcfs_mounted:
        mounts["/etc/pve"] = ("/dev/fuse", "fuse")
    mounts.update(machine.mounted)
    rows = [{"target": target, "source": source, "fstype": kind} for target, (source, kind) in mounts.items()]
    return Output(0, json.dumps({"filesystems": rows}, indent=3) + "\n")


@program("timedatectl")
def timedatectl(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    value = "yes" if machine.is_ntp_synchronised else "no"
    return Output(0, f"NTPSynchronized={value}\n" if "show" in args else f"System clock synchronized: {value}\n")


@program("getent")
def getent(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    if args[:1] == ["hosts"] and len(args) > 1:
        for line in (machine.files.read("/etc/hosts") or "").splitlines():
            if args[1] in line.split():
                return Output(0, f"{line}\n")
    return Output(2)


@program("systemd-detect-virt")
def systemd_detect_virt(machine: Machine, args: list[str], stdin: str) -> Output:
    del machine, args, stdin
    return Output(1, "none\n")


@program("python3", package="python3")
def python3(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    if args not in (["--version"], ["-V"]):
        return failed(2, "python3: only its version can be asked for")
    return Output(0, f"Python {machine.packages['python3'].split('-')[0]}\n")
