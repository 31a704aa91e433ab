"""Cloud-init of a virtual machine: its settings, the documents made from them, and a new image."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.guestconf import load, peek, save
from fakes.pve.http import route
from fakes.pve.pending import HIDDEN
from fakes.pve.qemu.cloudinit import added_keys, document, generate_image
from fakes.pve.qemu.keyrights import CLOUDINIT_KEYS


@route("GET", "/nodes/{node}/qemu/{vmid}/cloudinit")
def settings(call: Call) -> list[dict[str, Any]]:
    config = peek(call.datacenter, call.params["vmid"], node=call.node.name)
    main = _masked(config.main)
    added = added_keys(config)
    recorded = _masked({key: value for key, value in config.cloudinit.items() if key != "added"})
    rows: list[dict[str, Any]] = [{"key": key, "pending": main.get(key)} for key in added]
    for key in CLOUDINIT_KEYS:
        # Proxmox looks at truth here, so a 0 is not listed.
        if not main.get(key) or key in added:
            continue
        if recorded.get(key):
            rows.append({"key": key, "value": recorded[key], "pending": main[key]})
        else:
            rows.append({"key": key, "value": main[key]})
    rows.extend({"key": key, "delete": 1} for key in recorded if not main.get(key))
    return rows


def _masked(section: dict[str, Any]) -> dict[str, Any]:
    return {key: HIDDEN if key == "cipassword" else value for key, value in section.items()}


@route("PUT", "/nodes/{node}/qemu/{vmid}/cloudinit")
def regenerate(call: Call) -> None:
    vmid = call.params["vmid"]
    config = load(call.datacenter, vmid, node=call.node.name)
    config.check_lock()
    if generate_image(call.datacenter, call.node, vmid, config, call.console.say):
        save(call.datacenter, vmid, config, node=call.node.name)


@route("GET", "/nodes/{node}/qemu/{vmid}/cloudinit/dump")
def dump(call: Call) -> str:
    vmid = call.params["vmid"]
    config = peek(call.datacenter, vmid, node=call.node.name)
    return document(config.main, vmid, call.node, call.params["type"])
