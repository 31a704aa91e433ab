"""The commands of `pvesm`, for storages and their volumes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fakes.commands.definition import Alias, Command, Tree, api, own
from fakes.commands.session import Session
from fakes.pve.http import ApiError
from fakes.pve.schema import Spec
from fakes.pve.storage.volumes import KIB, volumes

CONTENT = "/nodes/{node}/storage/{storage}/content"
_VOLUME: Mapping[str, Spec] = {"volume": {"type": "string"}}
_KEEPS = ("last", "hourly", "daily", "weekly", "monthly", "yearly")
_PRUNE: Mapping[str, Spec] = {
    "storage": {"type": "string", "format": "pve-storage-id"},
    "dry-run": {"type": "boolean", "optional": 1},
    "type": {"type": "string", "optional": 1, "enum": ["qemu", "lxc"]},
    "vmid": {"type": "integer", "optional": 1, "format": "pve-vmid", "min": 100, "max": 999999999},
    "keep-all": {"type": "boolean", "optional": 1},
    **{f"keep-{name}": {"type": "integer", "optional": 1, "min": 0} for name in _KEEPS},
}
_API_VERSION, _API_AGE = 11, 2
_EXPORT: Mapping[str, Spec] = {
    **_VOLUME,
    "format": {"type": "string", "enum": ["raw+size", "tar+size", "qcow2+size", "vmdk+size", "zfs", "btrfs"]},
    "filename": {"type": "string"},
    "base": {"type": "string", "optional": 1},
    "snapshot": {"type": "string", "optional": 1},
    "with-snapshots": {"type": "boolean", "optional": 1},
}
_IMPORT: Mapping[str, Spec] = {**_EXPORT, "delete-snapshot": {"type": "string", "optional": 1}}
_NOTE = """\
NOTE: this is only a preview and might not be what a subsequent
prune call does if backups are removed/added in the meantime.
"""
Rows = list[dict[str, Any]]
Options = Mapping[str, Any]


def _show_status(session: Session, rows: Rows, _options: Options) -> None:
    width = max((len(row["storage"]) for row in rows), default=0) + 1
    session.say(f"{'Name':<{width}} {'Type':>10} {'Status':>10} {'Total':>15} {'Used':>15} {'Available':>15} {'%':>8}")
    for row in sorted(rows, key=lambda one: str(one["storage"])):
        total, used, available = (int(row.get(name) or 0) for name in ("total", "used", "avail"))
        share = f"{used * 100 / total if total else 0:>7.2f}%" if row.get("enabled") else f"{'N/A':>8}"
        state = "disabled" if not row.get("enabled") else "active" if row.get("active") else "inactive"
        figures = " ".join(f"{figure // KIB:>15}" for figure in (total, used, available))
        session.say(f"{row['storage']:<{width}} {row['type']:>10} {state:>10} {figures} {share}")


def _show_content(session: Session, rows: Rows, _options: Options) -> None:
    width = max((len(row["volid"]) for row in rows), default=0)
    digits = len(str(max((int(row.get("size") or 0) for row in rows), default=0)))
    session.say(f"{'Volid':<{width}} {'Format':<7} {'Type':<9} {'Size':>{digits}} VMID")
    owned = [row for row in rows if row.get("vmid")]
    for row in [*owned, *sorted((row for row in rows if not row.get("vmid")), key=lambda one: str(one["format"]))]:
        owner = f" {row['vmid']}" if row.get("vmid") else ""
        session.say(f"{row['volid']:<{width}} {row['format']:<7} {row['content']:<9} {row['size']:>{digits}}{owner}")


def _show_volid(session: Session, volid: str, _options: Options) -> None:
    session.say(f"successfully created '{volid}'")


def _show_text(session: Session, text: str, _options: Options) -> None:
    session.say(text)


def _path(session: Session, given: dict[str, Any]) -> None:
    session.say(volumes(session.api.datacenter, session.node).path(given["volume"]))


def _api_info(session: Session, _given: dict[str, Any]) -> None:
    session.say(f"APIVER {_API_VERSION}\nAPIAGE {_API_AGE}")


def _moved(_session: Session, _given: dict[str, Any]) -> None:
    raise ApiError(501, "streams of volumes are not simulated", bare=True)


def _prune(session: Session, given: dict[str, Any]) -> None:
    keep = ",".join(f"{name}={value}" for name, value in given.items() if name.startswith("keep-"))
    params: dict[str, Any] = {name: given[name] for name in given if name in ("storage", "type", "vmid")}
    if keep:
        params["prune-backups"] = keep
    if not given.get("dry-run"):
        session.call("DELETE", "/nodes/{node}/storage/{storage}/prunebackups", params)
        return
    _show_marks(session, session.get("/nodes/{node}/storage/{storage}/prunebackups", **params))


def _show_marks(session: Session, rows: Rows) -> None:
    session.say(_NOTE)
    if not rows:
        session.say("No backups found")
        return
    names = {row["volid"]: f"{row['type']}/{row['vmid']}" if row.get("vmid") else str(row["type"]) for row in rows}
    width = max(len(volid) for volid in names)
    owners = max(len("Backup-ID"), *(len(name) for name in names.values()))
    session.say(f"{'Backup':<{width}} {'Backup-ID':>{owners}} {'Prune-Mark':>10}")
    for row in rows:
        session.say(f"{row['volid']:<{width}} {names[row['volid']]:>{owners}} {row['mark']:>10}")


def _scan(kind: str, line: Callable[[Mapping[str, Any]], str], *arguments: str) -> Command:
    def show(session: Session, rows: Rows, _options: Options) -> None:
        for row in rows:
            session.say(line(row))

    return api("GET", f"/nodes/{{node}}/scan/{kind}", *arguments, show=show)


TREE: Tree = {
    "add": api("POST", "/storage", "type", "storage"),
    "set": api("PUT", "/storage/{storage}", "storage"),
    "remove": api("DELETE", "/storage/{storage}", "storage"),
    "status": api("GET", "/nodes/{node}/storage", show=_show_status),
    "list": api("GET", CONTENT, "storage", show=_show_content),
    "alloc": api("POST", CONTENT, "storage", "vmid", "filename", "size", show=_show_volid),
    "free": api("DELETE", f"{CONTENT}/{{volume}}", "volume"),
    "path": own(_VOLUME, _path, "volume"),
    "extractconfig": api("GET", "/nodes/{node}/vzdump/extractconfig", "volume", show=_show_text),
    "apiinfo": own({}, _api_info),
    "export": own(_EXPORT, _moved, "volume", "format", "filename"),
    "import": own(_IMPORT, _moved, "volume", "format", "filename"),
    "prune-backups": own(_PRUNE, _prune, "storage"),
    "scan": {
        "cifs": _scan("cifs", lambda row: f"{row['share']} {row.get('description', '')}", "server"),
        "glusterfs": _scan("glusterfs", lambda row: str(row["volname"]), "server"),
        "iscsi": _scan("iscsi", lambda row: f"{row['target']} {row['portal']}", "portal"),
        "lvm": _scan("lvm", lambda row: str(row["vg"])),
        "lvmthin": _scan("lvmthin", lambda row: str(row["lv"]), "vg"),
        "nfs": _scan("nfs", lambda row: f"{row['path']} {row['options']}", "server"),
        "pbs": _scan("pbs", lambda row: f"{row['store']} {row.get('comment', '')}", "server", "username"),
        "zfs": _scan("zfs", lambda row: str(row["pool"])),
    },
    "nfsscan": Alias("scan nfs"),
    "cifsscan": Alias("scan cifs"),
    "glusterfsscan": Alias("scan glusterfs"),
    "iscsiscan": Alias("scan iscsi"),
    "lvmscan": Alias("scan lvm"),
    "lvmthinscan": Alias("scan lvmthin"),
    "zfsscan": Alias("scan zfs"),
}
