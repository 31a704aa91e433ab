"""The storage behind a tree that was made elsewhere: every volume that a guest's configuration names comes into being.

A copy of /etc/pve says which disks guests have, but the disks themselves are not in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from fakes.pve.datacenter import Datacenter
from fakes.pve.drives import parse_size
from fakes.pve.http import ApiError
from fakes.pve.node import Node
from fakes.pve.storage.config import StorageConfig
from fakes.pve.storage.contentfiles import FileContent
from fakes.pve.storage.lvm import LvmPlugin, VolumeGroup, volume_groups, write_volume_group
from fakes.pve.storage.lvmthin import LvmThinPlugin
from fakes.pve.storage.names import VolumeName
from fakes.pve.storage.plugin import Plugin
from fakes.pve.storage.shelf import Record, Saved
from fakes.pve.storage.volumes import volumes
from fakes.pve.storage.zfspool import POOLS

TIB = 1024**4
_DISK = re.compile(r"^(?:(?:ide|sata|scsi|virtio|efidisk|tpmstate|unused|mp)\d+|rootfs|vmstate): (\S+)$", re.MULTILINE)
_SIZE = re.compile(r",size=([^,]+)")
_SECTION = re.compile(r"^\[(\S+)\]$", re.MULTILINE)
_size = cache(parse_size)


def adopt(datacenter: Datacenter) -> None:
    """Give every node the pools and volumes that its storages and guests name and that are not there."""
    for node in datacenter.nodes.values():
        for config in volumes(datacenter, node).configs.values():
            _make_pool(node, config)
    adopters = {name: _Adopter(datacenter, node) for name, node in datacenter.nodes.items()}
    for place in datacenter.guests:
        if place.node in adopters:
            adopters[place.node].adopt(datacenter.cfs.read(place.path) or "")


def _make_pool(node: Node, config: StorageConfig) -> None:
    if config.type == "zfspool":
        path = f"{POOLS}/{config.text('pool').partition('/')[0]}.json"
        if path not in node.files:
            node.files.write(path, json.dumps({"size": TIB}))
    elif config.type in ("lvm", "lvmthin"):
        name = config.text("vgname")
        group = volume_groups(node).get(name, VolumeGroup(name, 2 * TIB))
        pool = config.text("thinpool") if config.type == "lvmthin" else None
        if pool and pool not in group.pools:
            group = VolumeGroup(name, max(group.size, 2 * TIB), {**group.pools, pool: TIB})
        if volume_groups(node).get(name) != group:
            write_volume_group(node, group)


@dataclass(frozen=True)
class _Shop:
    """A storage that makes volumes; `group` is what they take space from."""

    plugin: Plugin
    group: str
    is_thick: bool
    has_files: bool


class _Adopter:
    """Makes the volumes of a node's guests."""

    def __init__(self, datacenter: Datacenter, node: Node) -> None:
        self._reach = volumes(datacenter, node)
        self._now = int(datacenter.clock.now())
        self._shops: dict[str, _Shop | None] = {}

    def adopt(self, text: str) -> None:
        """Make the volumes that a guest's configuration names."""
        main, *sections = _sections(text)
        for volid, size in _disks(main[1]):
            storeid, _, own = volid.partition(":")
            shop = self._shop(storeid)
            if shop is not None:
                kept = {name: Saved(size, 0, self._now) for name, text in sections if volid in text}
                self._make(shop, own, size, kept)

    def _shop(self, storeid: str) -> _Shop | None:
        """A storage; a disk on one that is gone is an ordinary sight, and fails when it is used."""
        if storeid not in self._shops:
            self._shops[storeid] = _shop(self._reach.plugin(storeid)) if storeid in self._reach.configs else None
        return self._shops[storeid]

    def _make(self, shop: _Shop, own: str, size: int, kept: dict[str, Saved]) -> None:
        plugin = shop.plugin
        try:
            name = plugin.parse(own)
        except ApiError:
            return
        if shop.has_files and isinstance(plugin, FileContent) and name.content not in ("images", "rootdir"):
            if not plugin.has_file(name):
                plugin.shelf.files.write(plugin.file(name), "")
        elif plugin.record(name) is None:
            used, base = size if shop.is_thick else 0, _base(plugin, name)
            record = Record(name.format or "raw", size, self._now, shop.group, used, base, snapshots=kept)
            plugin.shelf.put(plugin.place(name), record)


def _shop(plugin: Plugin) -> _Shop:
    group = str(getattr(plugin, "group", "")) or f"zfs/{getattr(plugin, 'pool', '')}"
    is_thick = isinstance(plugin, LvmPlugin) and not isinstance(plugin, LvmThinPlugin)
    return _Shop(plugin, group, is_thick, isinstance(plugin, FileContent))


def _sections(text: str) -> list[tuple[str, str]]:
    """The main part of a configuration under the name "", then each section."""
    if "\n[" not in text:
        return [("", text)]
    parts = _SECTION.split(text)
    named = zip(parts[1::2], parts[2::2], strict=True)
    # What is in capitals or has a colon is no snapshot.
    return [("", parts[0]), *((name, part) for name, part in named if not name.isupper() and ":" not in name)]


def _disks(text: str) -> Iterator[tuple[str, int]]:
    """Volume id and size in bytes of every drive that has a volume."""
    for value in _DISK.findall(text):
        volid = value.partition(",")[0].removeprefix("file=")
        if ":" in volid:
            size = _SIZE.search(value)
            yield volid, (_size(size[1]) if size else None) or 0


def _base(plugin: Plugin, name: VolumeName) -> str | None:
    if not name.base_name:
        return None
    prefix = f"{name.base_vmid}/" if isinstance(plugin, FileContent) else ""
    return plugin.place(plugin.parse(f"{prefix}{name.base_name}"))
