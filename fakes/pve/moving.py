"""Where a guest's disk or mount point is to be moved: to another storage or to another guest."""

from __future__ import annotations

from fakes.pve.call import Call
from fakes.pve.http import ParameterError


def asked_storage(call: Call) -> str | None:
    """The storage to move to, with the caller's right to it checked; None where `target-vmid` names another guest.

    ParameterError where both or neither are given.
    """
    storage, target = call.get("storage"), call.get("target-vmid")
    problem = None
    if storage and target is not None:
        problem = "either set 'storage' or 'target-vmid', but not both"
    elif not storage and target is None:
        problem = "both 'storage' and 'target-vmid' missing, either needs to be set"
    if problem:
        raise ParameterError({"storage": problem, "target-vmid": problem})
    if target is not None:
        return None
    call.require(f"/storage/{storage}", "Datastore.AllocateSpace")
    return str(storage)
