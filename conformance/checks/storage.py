"""Local storage only."""

from __future__ import annotations

from conformance.checks import check
from conformance.facts import Facts
from conformance.findings import Claim, Outcome, all_of, unknown
from conformance.view import View

LOCAL_TYPES = frozenset({"dir", "lvm", "lvmthin", "zfspool", "btrfs"})
REMOTE_FILESYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "ceph", "fuse.ceph", "fuse.glusterfs", "glusterfs", "fuse.sshfs"}
)
REMOTE_TRANSPORTS = frozenset({"iscsi", "fc"})


def local_storage(found: View) -> Outcome:
    """Whether one storage lies on the node's own disks."""
    kind, shared = found.text("type"), found.flag("shared")
    filesystem, tran = found.text("backing_fstype"), found.text("backing_tran")
    name = found.text("id")
    return all_of(
        (
            Claim(None if kind is None else kind in LOCAL_TYPES, f"{name} has type {kind}"),
            Claim(None if shared is None else not shared, f"{name} is {'shared' if shared else 'not shared'}"),
            Claim((filesystem or "").casefold() not in REMOTE_FILESYSTEMS, f"on {filesystem or 'unknown filesystem'}"),
            Claim((tran or "").casefold() not in REMOTE_TRANSPORTS, f"over {tran or 'unknown transport'}"),
        )
    )


@check(
    "CLU-03",
    expects="every enabled storage is local",
    reads=("storage",),
    hint="a backup target elsewhere needs a waiver with an owner and an expiry",
)
def local_only(facts: Facts) -> Outcome:
    """No shared storage is configured."""
    storages = facts.snapshot.views("storage")
    if storages is None:
        return unknown("the storages are not known")
    disabled = [view.text("id") or "?" for view in storages if view.flag("disabled") is True]
    outcomes = [local_storage(view) for view in storages if view.flag("disabled") is not True]
    meaning = {"pass": True, "fail": False}
    outcome = all_of(Claim(meaning.get(found.verdict), found.actual) for found in outcomes)
    return outcome.noting(f"disabled and not judged: {', '.join(disabled)}" if disabled else "")
