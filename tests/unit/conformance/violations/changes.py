"""Changes to a sample: what can be done to a snapshot, its peer and its inventory."""

from __future__ import annotations

from tests.unit.conformance.cases import Case, Change

GIB = 2**30

# A row: sample, what is changed, the change, the verdicts that then differ from the sample's own.
Row = tuple[str, str, Change, dict[str, str]]

F, U, N = "fail", "could_not_check", "not_applicable"


def put(path: str, value: object) -> Change:
    """Set a value in the snapshot by its dotted path; numbers are list positions."""

    def change(case: Case) -> None:
        target = case["snapshot"]
        *parents, last = path.split(".")
        for key in parents:
            target = target[int(key) if key.isdigit() else key]
        target[int(last) if last.isdigit() else last] = value

    return change


def drop(path: str) -> Change:
    """Take a key out of the snapshot."""

    def change(case: Case) -> None:
        target = case["snapshot"]
        *parents, last = path.split(".")
        for key in parents:
            target = target[int(key) if key.isdigit() else key]
        del target[last]

    return change


def both(*changes: Change) -> Change:
    """Several changes."""

    def change(case: Case) -> None:
        for one in changes:
            one(case)

    return change


def guest(vmid: int, **fields: object) -> Change:
    """Change a guest."""

    def change(case: Case) -> None:
        next(one for one in case["snapshot"]["guests"] if one["vmid"] == vmid).update(fields)

    return change


def add_guest(name: str = "new-vm01", **fields: object) -> Change:
    """Add a guest that is right in every respect, in the inventory too, unless its fields say otherwise."""

    def change(case: Case) -> None:
        mac = str(fields.get("macs", ["02:DE:20:09:00:01"])[0])  # type: ignore[index]
        made = {
            "vmid": 150,
            "kind": "qemu",
            "name": name,
            "template": False,
            "status": "running",
            "tags": [],
            "description": "",
            "agent": True,
            "disks": ["local-lvm:vm-150-disk-0"],
            "macs": [mac],
            "onboot": True,
            "ipconfig": ["dhcp"],
            "live_ipv4": ["10.20.99.40"],
            "origin": "clone",
            "vlan_tags": [],
        }
        case["snapshot"]["guests"].append(made | fields)
        host = {"mac": mac.lower(), "ip": "10.20.99.40", "segment": "management"}
        interface = host | {"dhcp_reservation": True, "host_a_record": True}
        case["inventory"]["hosts"][name] = {"form": "vm", "groups": ["mgmt_plane"], "interfaces": {"eth0": interface}}

    return change


def host(name: str, **fields: object) -> Change:
    """Change a host of the inventory."""

    def change(case: Case) -> None:
        case["inventory"]["hosts"][name].update(fields)

    return change


def port(name: str, **fields: object) -> Change:
    """Change a host's first interface in the inventory."""

    def change(case: Case) -> None:
        case["inventory"]["hosts"][name]["interfaces"]["eth0"].update(fields)

    return change


def forget(name: str) -> Change:
    """Take a host out of the inventory."""

    def change(case: Case) -> None:
        del case["inventory"]["hosts"][name]

    return change


def peer(**fields: object) -> Change:
    """Change what is known of the other node."""

    def change(case: Case) -> None:
        case["peer"].update(fields)

    return change


def no_peer(case: Case) -> None:
    """Nothing is known of the other node."""
    case["peer"] = None


def hypervisors(**roles: str) -> Change:
    """The inventory's hypervisors."""

    def change(case: Case) -> None:
        case["inventory"]["hypervisors"] = roles
        case["inventory"]["hosts"] = {
            name: one for name, one in case["inventory"]["hosts"].items() if one["form"] != "hv" or name in roles
        }

    return change


def no_guests(case: Case) -> None:
    """Only the template is left."""
    case["snapshot"]["guests"] = [one for one in case["snapshot"]["guests"] if one["template"]]


def no_template(case: Case) -> None:
    """The template is gone."""
    case["snapshot"]["guests"] = [one for one in case["snapshot"]["guests"] if not one["template"]]


def add_storage(**fields: object) -> Change:
    """Add a storage, local unless its fields say otherwise."""
    made = {"id": "extra", "type": "dir", "shared": False, "disabled": False, "content": "images"} | fields

    def change(case: Case) -> None:
        case["snapshot"]["storage"].append(made)

    return change


def devices(*sizes: int, kind: str = "DDR4", form: str = "SODIMM") -> Change:
    """The memory modules."""
    return put("dmi.memory_devices", [{"size_mib": size, "type": kind, "form_factor": form} for size in sizes])


def without_flag(*names: str) -> Change:
    """CPU flags that are not there."""

    def change(case: Case) -> None:
        flags = case["snapshot"]["cpu"]["flags"]
        case["snapshot"]["cpu"]["flags"] = [flag for flag in flags if flag not in names]

    return change


def second_port(**fields: object) -> Change:
    """One more physical port."""
    made = {"name": "eno2", "bus": "pci", "pci_vendor": "8086", "pci_device": "15e3", "driver": "e1000e"}
    more = {"mac": "d8:9e:f3:00:00:02", "carrier": False, "speed_mbps": -1, "bridge": None, "wireless": False}

    def change(case: Case) -> None:
        case["snapshot"]["nics"].append(made | more | fields)

    return change
