"""Storages: their configuration, the kinds of storage there are, and the volumes they hold."""

from fakes.pve.storage.config import StorageConfig, read_config, write_config
from fakes.pve.storage.plugin import Space, StorageError, Volume
from fakes.pve.storage.volumes import Volumes, volumes

__all__ = ["Space", "StorageConfig", "StorageError", "Volume", "Volumes", "read_config", "volumes", "write_config"]
