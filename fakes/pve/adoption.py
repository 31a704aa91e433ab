"""The storage behind a tree that was made elsewhere: every volume that a guest's configuration names comes into being.

A copy of /etc/pve says which disks guests have, but the disks themselves are not in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from fakes.pve.datacenter import Datacenter
from fakes.pve.drives import parse_size
from fakes.pve.guests import Place
from fakes.pve.http import ApiError
from fakes.pve.node import Node
from fakes.pve.storage.config import StorageConfig
from fakes.pve.storage.contentfiles import FileContent
from fakes.pve.storage.lvm import LvmPlugin, VolumeGroup, volume_groups, write_volume_group
from fakes.pve.storage.lvmthin import LvmThinPlugin
from fakes.pve.storage.names import VolumeName, split_volid
from fakes.pve.storage.plugin import Plugin
from fakes.pve.storage.shelf import Saved
from fakes.pve.storage.volumes import Volumes, volumes
from fakes.pve.storage.zfspool import POOLS

TIB = 1024**4
_DISK = re.compile(r"^(?:(?:ide|sata|scsi|virtio|efidisk|tpmstate|unused|mp)\d+|rootfs|vmstate): (\S+)$", re.MULTILINE)
_SIZE = re.compile(r",size=([^,]+)")
_SECTION = re.compile(r"^\[(\S+)\]$", re.MULTILINE)


def adopt(datacenter: Datacenter) -> None:
    """Give every node the pools and volumes that its storages and guests name and that are not there."""
    for node in datacenter.nodes.values():
        for config in volumes(datacenter, node).configs.values():
            _make_pool(node, config)
    for place in datacenter.guests:
        if place.node in datacenter.nodes:
            _adopt_guest(datacenter, place)


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


def _adopt_guest(datacenter: Datacenter, place: Place) -> None:
    reach = volumes(datacenter, datacenter.nodes[place.node])
    main, *sections = _sections(datacenter.cfs.read(place.path) or "")
    for volid, size in _disks(main[1]):
        snapshots = [name for name, text in sections if volid in text and not name.isupper()]
        _make_volume(reach, volid, size, snapshots, now=int(datacenter.clock.now()))


def _sections(text: str) -> list[tuple[str, str]]:
    """The main part of a configuration under the name "", then each section."""
    parts = _SECTION.split(text)
    return [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]


def _disks(text: str) -> Iterator[tuple[str, int]]:
    """Volume id and size in bytes of every drive that has a volume."""
    for value in _DISK.findall(text):
        volid = value.partition(",")[0].removeprefix("file=")
        if ":" in volid:
            size = _SIZE.search(value)
            yield volid, (parse_size(size[1]) if size else None) or 0


def _make_volume(reach: Volumes, volid: str, size: int, snapshots: list[str], *, now: int) -> None:
    storeid, own = split_volid(volid)
    try:
        plugin = reach.plugin(storeid)
        name = plugin.parse(own)
    except ApiError:
        # A disk on a storage that is gone is an ordinary sight; using it fails as it does on a node.
        return
    if isinstance(plugin, FileContent) and name.content not in ("images", "rootdir"):
        if not plugin.has_file(name):
            plugin.shelf.files.write(plugin.file(name), "")
        return
    if plugin.record(name) is not None:
        return
    base = _base(plugin, name)
    is_thick = isinstance(plugin, LvmPlugin) and not isinstance(plugin, LvmThinPlugin)
    group = str(getattr(plugin, "group", "")) or f"zfs/{getattr(plugin, 'pool', '')}"
    plugin.shelf.new(plugin.place(name), name.format or "raw", size, group, used=size if is_thick else 0, base=base)
    if snapshots:
        kept = {one: Saved(size, 0, now) for one in snapshots}
        plugin.shelf.change(plugin.place(name), snapshots=kept)


def _base(plugin: Plugin, name: VolumeName) -> str | None:
    if not name.base_name:
        return None
    prefix = f"{name.base_vmid}/" if isinstance(plugin, FileContent) else ""
    return plugin.place(plugin.parse(f"{prefix}{name.base_name}"))
