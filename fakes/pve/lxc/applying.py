"""Pending changes of a container becoming real: all of them while it is off, what can be plugged in while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fakes.pve.datacenter import Datacenter
from fakes.pve.drives import add_unused, is_unused_key
from fakes.pve.guestconf import GuestConfig
from fakes.pve.guestkeys import Value
from fakes.pve.http import ApiError
from fakes.pve.lxc.mountpoints import format_mount, is_mount_key, parse_mount
from fakes.pve.lxc.nets import parse_card, settled_card
from fakes.pve.lxc.runtime import replug
from fakes.pve.lxc.volumes import Log, VolumeMaker, is_used, rescanned
from fakes.pve.nets import is_net_key
from fakes.pve.node import Node
from fakes.pve.pending import tidy_pending
from fakes.pve.qemu.power import bridges
from fakes.pve.storage.volumes import volumes

# Keys that mean nothing to the running container.
_AT_ONCE = frozenset(
    ("cores", "description", "hookscript", "hostname", "lock", "onboot", "protection", "startup", "tags")
)
_PLUGGABLE = frozenset(("cpulimit", "cpuunits", "memory", "swap"))


class _NotNowError(Exception):
    """A key that has to wait for the next start."""


@dataclass(slots=True)
class Applying:
    """Makes the pending changes of one container; the caller saves the configuration."""

    datacenter: Datacenter
    node: Node
    vmid: int
    config: GuestConfig
    log: Log

    def while_off(self) -> dict[str, str]:
        """Make all changes; what could not be made stays pending and is returned in Proxmox's words."""
        errors: dict[str, str] = {}
        prefix = "unable to apply pending change {key} : {text}\n"
        for key in sorted(self.config.deleting):
            if self._tried(key, self._let_go, errors, prefix):
                self._forget(key)
        tidy_pending(self.config)
        for key in sorted(self.config.pending):
            if self._tried(key, self._put, errors, prefix):
                self.config.main[key] = self.config.pending.pop(key)
        return errors

    def while_running(self, keys: Iterable[str]) -> dict[str, str]:
        """Make those changes of keys that a running container takes; the others stay pending."""
        errors: dict[str, str] = {}
        chosen, prefix = set(keys), "unable to hotplug {key}: {text}\n"
        for key in sorted(chosen & _AT_ONCE & self.config.pending.keys()):
            self.config.main[key] = self.config.pending.pop(key)
        for key in sorted(chosen & self.config.deleting.keys()):
            if self._tried(key, self._unplug, errors, prefix):
                self._forget(key)
        for key in sorted(chosen & self.config.pending.keys()):
            if self._tried(key, self._plug, errors, prefix):
                self.config.main[key] = self.config.pending.pop(key)
        if any(is_net_key(key) for key in chosen):
            replug(self.datacenter, self.node, self.vmid, self.config.main)
        return errors

    @staticmethod
    def _tried(key: str, effect: Callable[[str], None], errors: dict[str, str], prefix: str) -> bool:
        try:
            effect(key)
        except _NotNowError:
            return False
        except ApiError as error:
            errors[key] = prefix.format(key=key, text=error.message)
            return False
        return True

    def _forget(self, key: str) -> None:
        self.config.main.pop(key, None)
        self.config.deleting.pop(key, None)

    def _let_go(self, key: str) -> None:
        """What happens to the volume of a key that goes away."""
        value = self.config.main.get(key)
        if value is None:
            return
        if is_unused_key(key):
            self._destroy(str(value))
        elif is_mount_key(key):
            self._keep_unused(key, value)

    def _keep_unused(self, key: str, value: Value) -> None:
        mount = parse_mount(key, value)
        if mount.is_volume:
            add_unused(self.config.main, mount.volume)

    def _destroy(self, volume: str) -> None:
        if is_used(self.config, volume):
            return
        store = volumes(self.datacenter, self.node)
        if store.parse(volume).vmid == self.vmid:
            store.free(volume, log=self.log)
        else:
            self.log(f"ignore deletion of '{volume}', CT {self.vmid} isn't the owner")

    def _unplug(self, key: str) -> None:
        if is_unused_key(key):
            self._let_go(key)
        elif key not in _AT_ONCE | _PLUGGABLE - {"memory"} and not is_net_key(key):
            raise _NotNowError

    def _put(self, key: str) -> None:
        if is_net_key(key):
            self.config.pending[key] = settled_card(self.datacenter, key, self.config.pending[key])
        elif is_mount_key(key) and key != "rootfs":
            self._mount(key)

    def _plug(self, key: str) -> None:
        if is_net_key(key):
            self._plug_card(key)
        elif is_mount_key(key) and key != "rootfs":
            if key in self.config.main:
                raise _NotNowError
            self._mount(key)
        elif key not in _PLUGGABLE:
            raise _NotNowError

    def _plug_card(self, key: str) -> None:
        bridge = parse_card(key, self.config.pending[key]).bridge
        if bridge is not None and bridge not in bridges(self.datacenter, self.node):
            raise ApiError(500, f"bridge '{bridge}' does not exist")
        self.config.pending[key] = settled_card(self.datacenter, key, self.config.pending[key])

    def _mount(self, key: str) -> None:
        mount = parse_mount(key, self.config.pending[key])
        if mount.is_volume and mount.wants is not None:
            maker = VolumeMaker(self.datacenter, self.node, self.vmid, self.log)
            mount = maker.make([mount])[key]
        else:
            mount = rescanned(volumes(self.datacenter, self.node), mount, self.log)
        self.config.pending[key] = format_mount(mount)
        old = self.config.main.get(key)
        if old is not None:
            self._keep_unused(key, old)
