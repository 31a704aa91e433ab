"""What happens to a running virtual machine when its configuration changes: applied at once, or left pending.

Source: PVE 8.4's hotplug rules as observed, BEHAVIOUR "Changing a guest".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from fakes.pve.datacenter import Datacenter
from fakes.pve.drives import Drive, is_drive_key, parse_drive
from fakes.pve.guestconf import GuestConfig, save
from fakes.pve.guestkeys import Value
from fakes.pve.hypervisor import hypervisor_of
from fakes.pve.nets import is_net_key, parse_net
from fakes.pve.node import Node
from fakes.pve.params import split_list
from fakes.pve.qemu.boot import boot_drives
from fakes.pve.qemu.cloudinit import generate_image, record_change
from fakes.pve.qemu.detach import Log, Permits, let_go, remove_drive
from fakes.pve.qemu.keyrights import CLOUDINIT_KEYS

DEFAULT_FEATURES = "network,disk,usb"
# Keys that mean nothing to the running process.
AT_ONCE = frozenset(
    (
        "description",
        "hookscript",
        "lock",
        "migrate_downtime",
        "migrate_speed",
        "name",
        "onboot",
        "protection",
        "shares",
        "startup",
        "tags",
        "vmstatestorage",
        *CLOUDINIT_KEYS,
        *(f"ipconfig{number}" for number in range(32)),
    )
)
_COLD_DISK_OPTIONS = ("aio", "discard", "iothread", "queues", "cache", "ssd", "ro", "product", "vendor")
_COLD_NET_OPTIONS = ("queues", "mtu")


class LeftPendingError(Exception):
    """The change has to wait for the next start."""


class HotplugError(Exception):
    """The running guest refused; the text follows "hotplug problem - "."""


def features_of(config: Mapping[str, Value]) -> frozenset[str]:
    """What may be plugged while the guest runs: network, disk, usb, cpu, memory, cloudinit."""
    text = str(config.get("hotplug", "1"))
    if text == "0":
        return frozenset()
    return frozenset(split_list(DEFAULT_FEATURES if text == "1" else text))


class Hotplug:
    """The pending changes of one running guest, applied as far as that goes."""

    def __init__(
        self, datacenter: Datacenter, node: Node, vmid: int, config: GuestConfig, permits: Permits, log: Log
    ) -> None:
        self._datacenter = datacenter
        self._node = node
        self._vmid = vmid
        self._config = config
        self._permits = permits
        self._log = log
        self._features: frozenset[str] = frozenset()
        self.errors: dict[str, str] = {}

    def apply(self, selection: Collection[str]) -> Mapping[str, str]:
        """Apply what needs no plugging, then the keys of the selection; returns what was refused per key.

        The configuration is written.
        """
        for key in sorted(self._config.pending):
            if key in AT_ONCE:
                self._set(key)
        self._features = features_of(self._config.main)
        for key in sorted(self._config.deleting):
            if key in selection:
                self._try(key, self._removal(key), self._remove)
        cloudinit = None
        for key in sorted(self._config.pending):
            if key not in selection:
                continue
            if is_drive_key(key) and parse_drive(key, self._config.pending[key]).is_cloudinit:
                cloudinit = key
            else:
                self._try(key, self._change(key), self._set)
        if cloudinit:
            generate_image(self._datacenter, self._node, self._vmid, self._config, self._log)
            self._try(cloudinit, self._change(cloudinit), self._set)
        save(self._datacenter, self._vmid, self._config, node=self._node.name)
        if "cloudinit" in self._features and self._config.cloudinit:
            generate_image(self._datacenter, self._node, self._vmid, self._config, self._log)
            save(self._datacenter, self._vmid, self._config, node=self._node.name)
        return self.errors

    def _try(self, key: str, effect: Callable[[], None], then: Callable[[str], None]) -> None:
        try:
            effect()
        except LeftPendingError:
            return
        except HotplugError as error:
            self.errors[key] = f"hotplug problem - {error}\n"
            return
        then(key)

    def _set(self, key: str) -> None:
        value = self._config.pending.pop(key)
        record_change(self._config, key, self._config.main.get(key), value)
        self._config.main[key] = value

    def _remove(self, key: str) -> None:
        record_change(self._config, key, self._config.main.get(key), None)
        self._config.main.pop(key, None)
        del self._config.deleting[key]

    def _removal(self, key: str) -> Callable[[], None]:
        def effect() -> None:
            main = self._config.main
            if key in AT_ONCE or key in ("cpuunits", "cpulimit"):
                return
            if is_drive_key(key):
                self._need("disk")
                drive = parse_drive(key, main[key])
                if drive.interface in ("efidisk", "ide", "sata"):
                    raise LeftPendingError
                self._unplug_drive(drive)
                force = self._config.deleting[key]
                remove_drive(
                    self._datacenter, self._node, self._vmid, self._config, drive, self._permits, self._log, force=force
                )
            elif is_net_key(key):
                self._need("network")
            elif key == "hotplug":
                if "memory" in str(main.get(key, "")):
                    raise LeftPendingError
            elif key == "balloon":
                if str(main.get(key)) == "0":
                    raise LeftPendingError
            elif not self._is_plugged(key):
                raise LeftPendingError

        return effect

    def _change(self, key: str) -> Callable[[], None]:
        def effect() -> None:
            value = self._config.pending[key]
            main = self._config.main
            if is_drive_key(key):
                self._change_drive(key, parse_drive(key, value))
            elif is_net_key(key):
                self._change_net(key, str(value))
            elif key == "hotplug":
                if "memory" in f"{value}{main.get(key, '')}":
                    raise LeftPendingError
            elif key == "balloon":
                if (str(main.get(key, "1")) == "0") != (str(value) == "0"):
                    raise LeftPendingError
            elif key == "agent":
                self._change_agent(str(value))
            elif key not in ("cpuunits", "cpulimit") and not self._is_plugged(key):
                raise LeftPendingError

        return effect

    def _is_plugged(self, key: str) -> bool:
        """True for the keys that one hotplug feature covers as a whole."""
        if key == "tablet" or (key.startswith("usb") and key[3:].isdigit() and self._has_usb_ports()):
            return "usb" in self._features
        return {"vcpus": "cpu", "memory": "memory"}.get(key) in self._features

    def _has_usb_ports(self) -> bool:
        machine = str(self._config.main.get("machine", ""))
        ostype = str(self._config.main.get("ostype", ""))
        return (
            ostype == "l26"
            or (ostype.startswith("win") and ostype[3:].isdigit() and int(ostype[3:]) > 7)
            or (machine.rpartition("-")[2] >= "7.1")
        )

    def _need(self, feature: str) -> None:
        if feature not in self._features:
            raise LeftPendingError

    def _unplug(self, key: str) -> None:
        """Take out a device that goes only when the guest's system agrees."""
        hypervisor = hypervisor_of(self._datacenter)
        if not hypervisor.lets_go(self._node, self._vmid):
            raise HotplugError(f"error on hot-unplugging device '{key}'")

    def _unplug_drive(self, drive: Drive) -> None:
        if drive.key in boot_drives(self._config.main):
            raise HotplugError(f"can't unplug bootdisk '{drive.key}'")
        if drive.interface == "virtio":
            self._unplug(drive.key)

    def _change_drive(self, key: str, drive: Drive) -> None:
        if key in ("efidisk0", "tpmstate0"):
            raise LeftPendingError
        old_text = self._config.main.get(key)
        if old_text is not None:
            old = parse_drive(key, old_text)
            if drive.is_cdrom != old.is_cdrom:
                raise HotplugError("unable to change media type")
            if old.is_cdrom:
                if old.is_cloudinit and drive.file == "none":
                    self._let_go(old)
                return
            if drive.file == old.file:
                if any(drive.options.get(name) != old.options.get(name) for name in _COLD_DISK_OPTIONS):
                    raise LeftPendingError
                return
            self._need("disk")
            self._unplug_drive(old)
            self._let_go(old)
        self._need("disk")
        if drive.interface in ("ide", "sata"):
            raise LeftPendingError

    def _let_go(self, drive: Drive) -> None:
        let_go(self._datacenter, self._node, self._vmid, self._config, drive, self._log)

    def _change_net(self, key: str, text: str) -> None:
        old_text = self._config.main.get(key)
        if old_text is not None:
            old, new = parse_net(str(old_text)), parse_net(text)
            is_other = old.model != new.model or old.macaddr != new.macaddr or not (old.bridge and new.bridge)
            if not is_other and all(old.options.get(name) == new.options.get(name) for name in _COLD_NET_OPTIONS):
                return
            self._need("network")
        self._need("network")

    def _change_agent(self, text: str) -> None:
        old_text = self._config.main.get("agent")
        if old_text is None or _cold_agent(str(old_text)) != _cold_agent(text):
            raise LeftPendingError


def _cold_agent(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(",") if part)
    parts = {(name if equals else "enabled"): (value if equals else name) for name, equals, value in pairs}
    parts.pop("fstrim_cloned_disks", None)
    return parts
