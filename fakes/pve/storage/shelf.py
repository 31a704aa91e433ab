"""Where the state of volumes is kept: one small file per volume, so that every operation costs the same.

A volume's *place* is its path below `FOLDER`, e.g. ``lvm/pve/101/vm-101-disk-0`` or
``dir/var/lib/vz/images/101/vm-101-disk-0.qcow2``; the owner is a folder of its own, which makes the names of one
guest's volumes cheap to list. What a *group* (a pool or file system) holds is counted as files change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import orjson

from fakes.pve.cfs import Tree

FOLDER = "var/lib/labctl/volumes"
ROOT = "root"
_UNCOUNTED = ("var/lib/labctl/", "var/log/", "run/")


@dataclass(frozen=True, slots=True)
class Saved:
    """What a snapshot of a volume keeps; sizes in bytes."""

    size: int
    used: int
    ctime: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One volume; sizes in bytes. `base` is the place of the volume a linked clone was made from.

    `group` is the pool or file system that holds it, `source` says what its content was made from, e.g. an imported
    image's volume id, and goes along with every copy.
    """

    format: str
    size: int
    ctime: int
    group: str
    used: int = 0
    base: str | None = None
    source: str = ""
    snapshots: Mapping[str, Saved] = field(default_factory=dict)

    @property
    def space(self) -> int:
        """What it takes from its group, snapshots included."""
        return self.used + sum(saved.used for saved in self.snapshots.values())


def parse_record(text: str) -> Record | None:
    """The record in a state file, None for an empty text."""
    if not text:
        return None
    values = orjson.loads(text)
    snapshots = {name: Saved(**saved) for name, saved in values.pop("snapshots", {}).items()}
    return Record(**values, snapshots=snapshots)


class Shelf:
    """The volumes whose state one node keeps."""

    def __init__(self, files: Tree, now: Callable[[], float]) -> None:
        self.files = files
        self.now = now
        self._counted: dict[str, tuple[str, int, str | None]] = {}
        self._used: Counter[str] = Counter()
        self._clones: Counter[str] = Counter()
        for path in files.walk():
            self._changed(path)
        files.watch("", self._changed)

    def get(self, place: str) -> Record | None:
        """The record at a place, or None."""
        return self.files.parsed(_file(place), parse_record)

    def put(self, place: str, record: Record) -> None:
        """Write a record."""
        self.files.write(_file(place), orjson.dumps(record).decode(), parsed=(parse_record, record))

    def new(self, place: str, form: str, size: int, group: str, *, used: int = 0, base: str | None = None) -> None:
        """Write the record of a volume made now; a clone takes over what its base was made from."""
        origin = self.get(base) if base else None
        source = origin.source if origin else ""
        self.put(place, Record(form, size, int(self.now()), group, used, base, source))

    def drop(self, place: str) -> None:
        """Forget a volume."""
        self.files.delete(_file(place))

    def move(self, old: str, new: str) -> None:
        """Give a volume another place; linked clones of it keep pointing at the old one."""
        self.files.rename(_file(old), _file(new))

    def change(self, place: str, **values: object) -> None:
        """Write some fields of a record anew."""
        record = self.get(place)
        assert record is not None
        self.put(place, replace(record, **values))  # type: ignore[arg-type]

    def names(self, folder: str) -> list[str]:
        """The names of the volumes (or of the owners) in a folder of places."""
        return [name.removesuffix(".json") for name in self.files.list(f"{FOLDER}/{folder}")]

    def used(self, group: str) -> int:
        """The bytes a group holds."""
        return self._used[group]

    def clones(self, place: str) -> int:
        """How many linked clones a volume has."""
        return self._clones[place]

    def _changed(self, path: str) -> None:
        before = self._counted.pop(path, None)
        if before is not None:
            group, size, base = before
            self._used[group] -= size
            if base:
                self._clones[base] -= 1
        if path not in self.files:
            return
        after = self._weigh(path)
        if after is not None:
            self._counted[path] = after
            group, size, base = after
            self._used[group] += size
            if base:
                self._clones[base] += 1

    def _weigh(self, path: str) -> tuple[str, int, str | None] | None:
        if path.startswith(f"{FOLDER}/"):
            record = self.files.parsed(path, parse_record)
            return (record.group, record.space, record.base) if record else None
        if path.startswith(_UNCOUNTED):
            return None
        return ROOT, self.files.size(path), None


def _file(place: str) -> str:
    return f"{FOLDER}/{place}.json"
