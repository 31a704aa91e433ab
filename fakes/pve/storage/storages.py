"""The storages of a node: which may be used, which are active, how full they are."""

from __future__ import annotations

from collections.abc import Mapping

from fakes.pve.datacenter import Datacenter
from fakes.pve.http import ApiError
from fakes.pve.node import Node
from fakes.pve.storage.config import StorageConfig, read_config
from fakes.pve.storage.directory import DirectoryPlugin
from fakes.pve.storage.lvm import LvmPlugin
from fakes.pve.storage.lvmthin import LvmThinPlugin
from fakes.pve.storage.plugin import Plugin, Space, StorageError
from fakes.pve.storage.remote import IscsiDirectPlugin, RemotePlugin
from fakes.pve.storage.shelf import Shelf
from fakes.pve.storage.zfspool import ZfsPoolPlugin

_PLUGINS: Mapping[str, type[Plugin]] = {
    **dict.fromkeys(("dir", "btrfs", "nfs", "cifs", "glusterfs", "cephfs"), DirectoryPlugin),
    "lvm": LvmPlugin,
    "lvmthin": LvmThinPlugin,
    "zfspool": ZfsPoolPlugin,
    "iscsidirect": IscsiDirectPlugin,
}


class Shelves:
    """The shelf of each node."""

    def __init__(self, datacenter: Datacenter) -> None:
        self.of_node = {name: Shelf(node.files, datacenter.clock.now) for name, node in datacenter.nodes.items()}


class Storages:
    """The storages that one node can reach."""

    def __init__(self, datacenter: Datacenter, node: Node) -> None:
        self._datacenter = datacenter
        self._node = node
        shelves = datacenter.part(Shelves).of_node
        self._own = shelves[node.name]
        # What nodes share is kept with the first one.
        self._shared = next(iter(shelves.values()))

    @property
    def own_shelf(self) -> Shelf:
        """What the node's own disks hold."""
        return self._own

    @property
    def configs(self) -> Mapping[str, StorageConfig]:
        """All storages by id; shared, not to be changed."""
        return read_config(self._datacenter.cfs)

    def config(self, storeid: str) -> StorageConfig:
        """The configuration of a storage; 500 where there is none."""
        config = self.configs.get(storeid)
        if config is None:
            raise StorageError(f"storage '{storeid}' does not exist")
        return config

    def usable(self, storeid: str) -> StorageConfig:
        """The configuration of a storage that is enabled and meant for this node."""
        config = self.config(storeid)
        if config.is_disabled:
            raise StorageError(f"storage '{storeid}' is disabled")
        if not self.is_for_node(config):
            raise StorageError(f"storage '{storeid}' is not available on node '{self._node.name}'")
        return config

    def is_for_node(self, config: StorageConfig, node: str | None = None) -> bool:
        """True where a storage is not limited to other nodes."""
        return not config.nodes or (node or self._node.name) in config.nodes

    def is_usable(self, config: StorageConfig) -> bool:
        return not config.is_disabled and self.is_for_node(config)

    def supports(self, storeid: str, content: str) -> bool:
        """True where a storage is configured for a content type."""
        return content in self.config(storeid).content

    def plugin(self, storeid: str) -> Plugin:
        """What a storage can do; the storage need not be usable."""
        return self.plugin_of(self.config(storeid))

    def plugin_of(self, config: StorageConfig) -> Plugin:
        """What a storage of a configuration can do; it need not be written yet."""
        shelf = self._shared if config.is_shared else self._own
        return _PLUGINS.get(config.type, RemotePlugin)(self._node, config, shelf)

    def active(self, storeid: str) -> Plugin:
        """What a storage can do, after it was activated."""
        plugin = self.plugin_of(self.usable(storeid))
        plugin.activate()
        return plugin

    def space(self, storeid: str) -> Space | None:
        """Size and fill of a storage, None where it is not active."""
        try:
            return self.active(storeid).space()
        except ApiError:
            return None

    def fill(self, storeid: str, used_bytes: int) -> None:
        """Let something unnamed take space of a storage; the same again replaces it, 0 frees it."""
        plugin = self.plugin(storeid)
        group = getattr(plugin, "group", None)
        if not isinstance(group, str):
            raise StorageError(f"storage '{storeid}' has no space of its own")
        place = f"filled/{group.replace('/', '_')}"
        if used_bytes:
            plugin.shelf.new(place, "raw", used_bytes, group, used=used_bytes)
        else:
            plugin.shelf.drop(place)
