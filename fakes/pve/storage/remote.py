"""Storages behind a network protocol that this fake does not speak: they can be configured and are never online."""

from __future__ import annotations

from collections.abc import Iterator

from fakes.pve.storage.names import VolumeName
from fakes.pve.storage.plugin import Log, Plugin, Row, Space, StorageError, Volume


class RemotePlugin(Plugin):
    """A storage whose server does not answer."""

    def activate(self) -> None:
        raise StorageError(self._unreachable())

    def _unreachable(self) -> str:
        config = self.config
        server = config.text("server")
        match config.type:
            case "pbs":
                port = config.options.get("port", 8007)
                reason = f"Can't connect to {server}:{port} (Connection timed out)"
                return f"{config.id}: error fetching datastores - 500 {reason}"
            case "esxi":
                return f"failed to query storage info from '{server}' - connection timed out"
            case "rbd":
                return "rbd error: binary not installed: /usr/bin/rbd"
            case _:
                return f"storage '{config.id}' is not online"

    def space(self) -> Space | None:
        return None

    def owner_folder(self, vmid: int) -> str:
        return f"remote/{self.config.id}/{vmid}"

    def place(self, name: VolumeName) -> str:
        return f"{self.owner_folder(name.vmid or 0)}/{name.name}"

    def path(self, name: VolumeName, snapshot: str | None = None) -> str:
        match self.config.type:
            case "rbd":
                return f"rbd:{self.config.text('pool') or 'rbd'}/{name.name}"
            case "iscsi" | "iscsidirect":
                return f"/dev/disk/by-id/{name.name}"
            case "pbs":
                server, datastore = self.config.text("server"), self.config.text("datastore")
                return f"{self.config.text('username') or 'root@pam'}@{server}:{datastore}:{name.name}"
            case _:
                return f"{self.config.id}:{name.name}"

    def allocate(self, vmid: int, form: str, name: str | None, size_kib: int, log: Log) -> str:
        raise StorageError(f"can't allocate space in {self.config.type} storage")

    def images(self, vmid: int | None = None) -> Iterator[Volume]:
        return iter(())

    def row(self, volume: Volume) -> Row:
        raise NotImplementedError(f"storage type {self.config.type} lists nothing")


class IscsiDirectPlugin(RemotePlugin):
    """LUNs that QEMU opens itself; the node connects to nothing, so that activating always works."""

    def activate(self) -> None:
        """Nothing to connect to."""
