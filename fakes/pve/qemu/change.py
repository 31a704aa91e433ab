"""A change of a virtual machine's configuration, from the client's parameters to the pending section and beyond.

`Change.prepare` refuses what can be refused at once, `Change.carry_out` is the work of PUT config or of a qmconfig
task. Source: BEHAVIOUR, "Changing a guest" and "Random walks".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from passlib.hash import sha256_crypt

from fakes.pve.call import Call
from fakes.pve.guestconf import GuestConfig, load
from fakes.pve.guestkeys import keys_of
from fakes.pve.http import ApiError, ParameterError
from fakes.pve.hypervisor import is_running
from fakes.pve.nets import is_net_key, settled_net
from fakes.pve.params import split_list
from fakes.pve.pending import apply_pending
from fakes.pve.qemu.detach import Log
from fakes.pve.qemu.driveparams import check_storages, resolve_cdrom, settle_drives
from fakes.pve.qemu.hotplug import Hotplug
from fakes.pve.qemu.identity import new_uuid
from fakes.pve.qemu.keyrights import check_cpu_model, check_keys
from fakes.pve.qemu.noting import Noting
from fakes.pve.qemu.rights import Rights
from fakes.pve.sshkeys import check_ssh_keys
from fakes.pve.storage.volumes import volumes

NOT_STORED = frozenset(("node", "vmid", "digest", "background_delay", "import-working-storage"))
_SWITCHES = frozenset(("skiplock", "delete", "revert", "force"))
_SUSPENSION = ("runningmachine", "runningcpu")
# cgroup v2 knows no larger weight.
_MOST_CPU_UNITS = 10000
_SALT_LETTERS = 8


class Change:
    """One request to change a guest's configuration."""

    def __init__(self, call: Call, vmid: int, params: dict[str, Any]) -> None:
        self._call = call
        self._vmid = vmid
        self._rights = Rights(call, vmid)
        self._digest = params.get("digest")
        settle_password(params)
        shown = {key: params[key] for key in sorted(params) if key not in NOT_STORED and key != "skiplock"}
        self._summary = summary_of(vmid, shown)
        self._skips_lock = bool(params.get("skiplock"))
        self._force = bool(params.get("force"))
        self.delete_text = str(params.get("delete") or "")
        self.revert_text = str(params.get("revert") or "")
        self.values: dict[str, Any] = {
            key: value for key, value in params.items() if key not in NOT_STORED and key not in _SWITCHES
        }
        self.deletes: list[str] = []
        self.reverts: list[str] = []

    def prepare(self) -> None:
        """ApiError for everything that is refused before any work begins."""
        if self._skips_lock and not self._rights.is_root:
            raise ParameterError({"skiplock": "Only root may use this option."})
        if self.values.get("sshkeys") is not None:
            check_ssh_keys(str(self.values["sshkeys"]))
        clamp_cpu_units(self.values)
        if not self.delete_text and not self.revert_text and not self.values:
            raise ApiError(500, "no options specified")
        resolve_cdrom(self.values)
        self._read_lists()
        settle_drives(self._call, self.values)
        self._settle_values()
        for keys in (self.deletes, self.reverts, list(self.values)):
            check_keys(self._rights, keys)
        check_storages(self._call, self._rights, self.values)
        for key in sorted(filter(is_net_key, self.values)):
            self._rights.net(str(self.values[key]))
        config = self._load()
        config.check_digest(self._digest)
        check_cpu_model(self._rights, self.values)
        self._spread_suspension(config)
        if not self._skips_lock:
            config.check_lock()
        self._resolve_reverts(config)
        self._check_balloon(config)

    def carry_out(self, log: Log, warn: Log | None = None) -> None:
        """Note the change in the pending section and apply what can be applied; ApiError with what could not.

        `warn` gets the lines that a command of the node prints as errors; in a task they go to the log as well.
        """
        warn = warn or log
        log(self._summary)
        noting = Noting(self._call, self._vmid, self._rights, log, warn)
        modified = noting.remove(self.deletes, force=self._force) | noting.put(self.values, deleted=self.deletes)
        noting.tidy()
        config = self._load()
        if not config.pending and not config.deleting:
            return
        datacenter, node = self._call.datacenter, self._call.node
        if is_running(datacenter, node, self._vmid):
            plug = Hotplug(datacenter, node, self._vmid, config, self._rights, log)
            errors = plug.apply(modified)
        else:
            errors = apply_pending(datacenter, node, self._vmid, config, log, warn=warn, permits=self._rights)
        if errors:
            raise ParameterError(errors)

    def _load(self) -> GuestConfig:
        return load(self._call.datacenter, self._vmid, node=self._call.node.name)

    def _read_lists(self) -> None:
        known = keys_of("qemu").specs
        for key in split_list(self.revert_text):
            if key not in known:
                raise ParameterError({"revert": f"unknown option '{key}'"})
            self._refuse_both("delete", "revert", key, self.values)
            self.reverts.append(key)
        for name in split_list(self.delete_text):
            key = "ide2" if name == "cdrom" else name
            self._refuse_both("delete", "delete", key, self.values)
            self._refuse_both("revert", "revert", key, self.reverts)
            if key not in known:
                raise ParameterError({"delete": f"unknown option '{key}'"})
            self.deletes.append(key)

    @staticmethod
    def _refuse_both(where: str, verb: str, key: str, taken: Iterable[str]) -> None:
        if key in taken:
            raise ParameterError({where: f"you can't use '-{key}' and -{verb} {key}' at the same time"})

    def _settle_values(self) -> None:
        for key, value in self.values.items():
            if value is None:
                continue
            if is_net_key(key):
                self.values[key] = settled_net(self._call.datacenter, str(value))
            elif key == "vmgenid" and str(value) == "1":
                self.values[key] = new_uuid()
            elif key == "hookscript":
                check_hookscript(self._call, str(value))

    def _spread_suspension(self, config: GuestConfig) -> None:
        """Dropping the saved memory of a suspended guest takes everything along that belongs to it."""
        if "vmstate" not in self.deletes:
            return
        if config.lock == "suspended":
            del config.main["lock"]
            self.deletes.append("lock")
        self.deletes += [key for key in _SUSPENSION if key in config.main]

    def _resolve_reverts(self, config: GuestConfig) -> None:
        for key in self.reverts:
            if key in config.main:
                self.values[key] = config.main[key]
            elif key in config.pending:
                self.deletes.append(key)

    def _check_balloon(self, config: GuestConfig) -> None:
        if not self.values.get("memory") and "balloon" not in self.values:
            return
        effective = {**config.main, **config.pending, **self.values}
        memory = str(effective.get("memory") or 512).partition(",")[0].removeprefix("current=")
        balloon = effective.get("balloon")
        if balloon and int(balloon) > int(memory):
            raise ApiError(500, "balloon value too large (must be smaller than assigned memory)")


def summary_of(vmid: int, params: dict[str, Any]) -> str:
    """The line with which a change is logged, options in the order given, passwords hidden."""
    words = [f"-{key} {'<hidden>' if key == 'cipassword' else _text(value)}" for key, value in params.items()]
    return f"update VM {vmid}: {' '.join(words)}"


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def settle_password(params: dict[str, Any]) -> None:
    """Replace a plain cloud-init password by its SHA-256 crypt hash."""
    password = params.get("cipassword")
    if isinstance(password, str) and not _is_hashed(password):
        params["cipassword"] = sha256_crypt.using(rounds=5000, salt_size=_SALT_LETTERS).hash(password)


def _is_hashed(password: str) -> bool:
    parts = password.split("$")
    return len(parts) > 3 and not parts[0] and parts[1] in ("1", "5", "6", "2a", "2y") and all(parts[2:4])


def clamp_cpu_units(values: dict[str, Any]) -> None:
    """Bring `cpuunits` into the range that control groups have."""
    if isinstance(values.get("cpuunits"), int):
        values["cpuunits"] = min(max(values["cpuunits"], 1), _MOST_CPU_UNITS)


def check_hookscript(call: Call, volid: str) -> None:
    """ParameterError where a hook script is no snippet or does not exist."""
    shelf = volumes(call.datacenter, call.node)
    try:
        if shelf.parse(volid).content != "snippets":
            raise ParameterError({"hookscript": f"'{volid}' is not in the snippets directory\n"})
        if not shelf.exists(volid):
            raise ParameterError({"hookscript": f"hookscript '{shelf.path(volid)}' does not exist\n"})
    except ParameterError:
        raise
    except ApiError as error:
        raise ParameterError({"hookscript": f"{error.message}\n"}) from error
