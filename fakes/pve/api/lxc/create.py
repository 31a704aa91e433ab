"""POST /nodes/{node}/lxc: a new container from a template, or one restored from a backup archive."""

from __future__ import annotations

from fakes.pve.call import Call
from fakes.pve.http import route
from fakes.pve.lxc.creation import Creation
from fakes.pve.lxc.restoring import Restoring


@route("POST", "/nodes/{node}/lxc")
def create(call: Call) -> str:
    creation = Creation(call)
    creation.prepare()
    kind, work = "vzcreate", creation.carry_out
    if creation.is_restore:
        kind, work = "vzrestore", Restoring(creation).carry_out
    task = call.begin(kind, creation.vmid, work)
    if task.exitstatus not in (None, "OK"):
        creation.withdraw()
    return task.upid
