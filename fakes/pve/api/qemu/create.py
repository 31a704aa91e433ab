"""POST /nodes/{node}/qemu: a new virtual machine, or one restored from a backup archive."""

from __future__ import annotations

import fakes.pve.formats_qemu  # noqa: F401  (adds the rules of CPU models)
from fakes.pve.call import Call
from fakes.pve.http import route
from fakes.pve.qemu.creation import Creation
from fakes.pve.qemu.restoring import restore


@route("POST", "/nodes/{node}/qemu")
def create(call: Call) -> str:
    if call.get("archive") is not None:
        return restore(call)
    creation = Creation(call)
    creation.check_caller()
    creation.check_values()
    creation.reserve()
    task = call.begin("qmcreate", creation.vmid, creation.carry_out)
    if task.exitstatus not in (None, "OK"):
        creation.withdraw()
    return task.upid
