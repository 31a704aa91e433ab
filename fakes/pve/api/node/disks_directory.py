"""Disks with a file system, mounted below /mnt/pve."""

from __future__ import annotations

import re

from fakes.pve.call import Call
from fakes.pve.disks import NodeDisk, held_by, note_use, unused_disk
from fakes.pve.diskstorage import add_storage, check_storage_id, clean_up
from fakes.pve.http import ApiError, route
from fakes.pve.tasks import Task, TaskError

UNITS = "etc/systemd/system"


def _unit(name: str) -> str:
    # systemd writes a dash in a path as its code.
    escaped = name.replace("-", "\\x2d")
    return f"{UNITS}/mnt-pve-{escaped}.mount"


@route("GET", "/nodes/{node}/disks/directory")
def folders(call: Call) -> list[dict[str, str]]:
    rows = []
    for file in call.node.files.list(UNITS):
        if not re.fullmatch(r"mnt-pve-.+\.mount", file):
            continue
        text = call.node.files.read(f"{UNITS}/{file}") or ""
        found = dict(re.findall(r"^(What|Where|Type|Options)=(.*)$", text, re.MULTILINE))
        row = {"path": found["Where"], "device": found["What"], "type": found["Type"], "options": found["Options"]}
        rows.append({"unitfile": f"/{UNITS}/{file}", **row})
    return rows


@route("POST", "/nodes/{node}/disks/directory")
def make_folder(call: Call) -> str:
    name, node, system = call.params["name"], call.node, call.get("filesystem", "ext4")
    disk = unused_disk(node, call.params["device"])
    check_storage_id(call, name)
    if _unit(name) in node.files:
        raise ApiError(500, f"a systemd mount unit already exists: /{_unit(name)}")

    def work(task: Task) -> None:
        node.files.write(_unit(name), _mount_unit(disk, f"/mnt/pve/{name}", system))
        note_use(node, disk, "mounted", name, gpt=True)
        task.log(f"# /sbin/mkfs -t {system} {disk.path}")
        content = "snippets,vztmpl,backup,images,iso,rootdir"
        add_storage(call, name, "dir", {"path": f"/mnt/pve/{name}", "content": content, "is_mountpoint": 1})

    return call.start_task("dircreate", name, work)


def _mount_unit(disk: NodeDisk, path: str, system: str) -> str:
    return (
        f"[Unit]\nDescription=Mount storage '{path.rpartition('/')[2]}' under /mnt/pve\n\n"
        f"[Mount]\nWhat={disk.path}\nWhere={path}\nType={system}\nOptions=defaults\n\n"
        "[Install]\nWantedBy=multi-user.target\n"
    )


@route("DELETE", "/nodes/{node}/disks/directory/{name}")
def remove_folder(call: Call) -> str:
    name, node = call.params["name"], call.node

    def work(_task: Task) -> None:
        if _unit(name) not in node.files:
            raise TaskError(f"mount unit '/{_unit(name)}' does not exist")
        node.files.delete(_unit(name))
        clean_up(call, held_by(node, name, "mounted"), "path", f"/mnt/pve/{name}")

    return call.start_task("dirremove", name, work)
