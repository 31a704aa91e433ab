"""A change of a container's configuration: PUT config, from the client's parameters to the saved file.

Source: BEHAVIOUR, "Containers"; observed answers of 8.4.1.
"""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.guestconf import GuestConfig, load, save
from fakes.pve.guestkeys import keys_of
from fakes.pve.http import ApiError, ParameterError
from fakes.pve.lxc.applying import Applying
from fakes.pve.lxc.noting import note_removals, note_values, revert
from fakes.pve.lxc.rights import check_keys
from fakes.pve.lxc.runtime import is_running
from fakes.pve.lxc.volumes import Log
from fakes.pve.params import split_list
from fakes.pve.pending import tidy_pending
from fakes.pve.qemu.change import clamp_cpu_units
from fakes.pve.qemu.rights import Rights

_SWITCHES = frozenset(("node", "vmid", "digest", "delete", "revert"))
# Without these the container's own configuration could not be written.
_NEEDED = ("arch", "ostype", "rootfs")


class Change:
    """One request to change a container."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._vmid = int(call.params["vmid"])
        self._values: dict[str, Any] = {key: value for key, value in call.params.items() if key not in _SWITCHES}
        self._deletes = split_list(str(call.get("delete") or ""))
        self._reverts = split_list(str(call.get("revert") or ""))
        clamp_cpu_units(self._values)

    def carry_out(self, log: Log) -> None:
        """Note the change and make what can be made; ApiError with what could not."""
        if not self._values and "delete" not in self._call.params and "revert" not in self._call.params:
            raise ApiError(500, "no options specified")
        call, vmid = self._call, self._vmid
        config = load(call.datacenter, vmid, "lxc", node=call.node.name)
        config.check_lock()
        config.check_digest(call.get("digest"))
        unprivileged = bool(config.main.get("unprivileged"))
        rights = Rights(call, vmid)
        check_keys(rights, {}, self._deletes, old=config.main, unprivileged=unprivileged)
        check_keys(rights, self._values, (), old=config.main, unprivileged=unprivileged)
        self._check_lists()
        errors = self._apply(config, log)
        save(call.datacenter, vmid, config, node=call.node.name)
        for key in _NEEDED:
            if not config.main.get(key) and not config.is_template:
                raise ApiError(500, f"missing '{key}' - internal error")
        if errors:
            raise ParameterError(errors)

    def _apply(self, config: GuestConfig, log: Log) -> dict[str, str]:
        revert(config, self._reverts)
        modified = note_removals(config, self._vmid, self._deletes)
        modified |= note_values(self._call, self._vmid, config, self._values)
        tidy_pending(config)
        applying = Applying(self._call.datacenter, self._call.node, self._vmid, config, log)
        return applying.while_running(modified) if is_running(self._call.node, self._vmid) else applying.while_off()

    def _check_lists(self) -> None:
        known = keys_of("lxc").specs
        for key in self._reverts:
            if key not in known:
                raise ParameterError({"revert": f"unknown option '{key}'"})
            self._refuse_both("revert", key)
        for key in self._deletes:
            if key not in known:
                raise ParameterError({"delete": f"unknown option '{key}'"})
            self._refuse_both("delete", key)
            if key in self._reverts:
                raise ParameterError({"delete": f"you can't use '-delete {key}' and '-revert {key}' at the same time"})

    def _refuse_both(self, verb: str, key: str) -> None:
        if key in self._values:
            raise ParameterError({verb: f"you can't use '-{key}' and -{verb} {key}' at the same time"})
