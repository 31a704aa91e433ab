"""Storages that are added and removed together with what is made of a node's disks."""

from __future__ import annotations

from collections.abc import Mapping

from fakes.pve.call import Call
from fakes.pve.disks import NodeDisk, note_use
from fakes.pve.http import ApiError
from fakes.pve.storage.config import StorageConfig, read_config, write_config


def check_storage_id(call: Call, name: str) -> None:
    """ApiError where a storage is to be added under a name that is taken."""
    if call.get("add_storage") and name in read_config(call.datacenter.cfs):
        raise ApiError(500, f"storage ID '{name}' already defined")


def add_storage(call: Call, name: str, kind: str, options: Mapping[str, str | int]) -> None:
    """Add the storage for what was made, on this node only, where that was asked for."""
    if call.get("add_storage"):
        configs = read_config(call.datacenter.cfs)
        mine = StorageConfig(name, kind, {**options, "nodes": call.node.name})
        write_config(call.datacenter.cfs, {**configs, name: mine})


def clean_up(call: Call, disks: list[NodeDisk], key: str, value: str) -> None:
    """Forget the storages of what was removed, and free its disks, as far as that was asked for."""
    if call.get("cleanup-config"):
        configs = read_config(call.datacenter.cfs)
        kept = {name: one for name, one in configs.items() if one.options.get(key) != value}
        write_config(call.datacenter.cfs, kept)
    for disk in disks:
        note_use(call.node, disk, "" if call.get("cleanup-disks") else disk.use)
