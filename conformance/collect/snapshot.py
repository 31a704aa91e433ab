"""Outputs of probes put together as `labctl/snapshot/1`; what could not be read is absent, with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conformance.collect import parse_guests, parse_hardware, parse_network, parse_pve
from conformance.collect.output import NOT_RUN, Output, Outputs

NOT_PROXMOX = "not a Proxmox VE node, so this says nothing"
QUORUM_UNITS = ("corosync", "corosync-qdevice", "corosync-qnetd")


class Assembly:
    """A snapshot in the making: `facts` by key, and in `missing` why a path is not among them."""

    def __init__(self, outputs: Outputs) -> None:
        self.outputs = outputs
        self.facts: dict[str, Any] = {}
        self.missing: dict[str, str] = {}

    def output(self, name: str) -> Output:
        """What the probe gave back; NOT_RUN where it did not run."""
        return self.outputs.get(name, NOT_RUN)

    def put(self, path: str, value: Any, *probes: str, reason: str = "") -> None:
        """Set a value, or note why it is missing: the given reason, or that of the first probe that failed."""
        if value is None:
            failing = [self.output(name) for name in probes if not self.output(name).ok]
            words = failing[0].reason if failing else "nothing usable in the output"
            self.missing[path] = reason or f"{' / '.join(probes)}: {words}"
            return
        target = self.facts
        *parents, last = path.split(".")
        for parent in parents:
            target = target.setdefault(parent, {})
        target[last] = value


def assemble(outputs: Outputs) -> Assembly:
    """The facts of one node from the first round of probes. The clock is the caller's: it needs two clocks."""
    made = Assembly(outputs)
    _identity(made)
    _hardware(made)
    _network(made)
    is_proxmox = _proxmox(made)
    _cluster(made, is_proxmox=is_proxmox)
    _services(made, is_proxmox=is_proxmox)
    return made


def _identity(made: Assembly) -> None:
    for path in ("hostname", "machine_id"):
        made.put(path, made.output(path).text(), path)
    local = made.output("pve_local").text()
    made.put("pve_node_name", local.rsplit("/", 1)[-1] if local else None, "pve_local")
    release = parse_pve.os_release(made.output("os_release").stdout) if made.output("os_release").ok else {}
    for key, name in (("id", "ID"), ("version_id", "VERSION_ID"), ("codename", "VERSION_CODENAME")):
        made.put(f"os.{key}", release.get(name), "os_release")
    made.put("os.kernel", made.output("kernel").text(), "kernel")
    answers = {"NTPSynchronized=yes": True, "NTPSynchronized=no": False}
    made.put("clock.ntp_synchronised", answers.get(made.output("timedatectl").text() or ""), "timedatectl")


def _hardware(made: Assembly) -> None:
    found = parse_hardware.dmi_fields(made.output("dmi"))
    for key in ("sys_vendor", "product_name", "product_uuid", "chassis_type"):
        made.put(f"dmi.{key}", found.get(key), reason="" if key in found else f"/sys/class/dmi/id/{key} not readable")
    slots = made.output("memory_devices")
    made.put(
        "dmi.memory_devices",
        parse_hardware.memory_devices(slots.stdout) or None if slots.ok else None,
        "memory_devices",
    )
    memory = made.output("meminfo")
    made.put("memory.memtotal_kib", parse_hardware.memtotal_kib(memory.stdout) if memory.ok else None, "meminfo")
    cpu = parse_hardware.cpu_of(made.output("cpu").json()) or {}
    for key in ("vendor", "model_name", "arch", "sockets", "cores", "threads", "flags"):
        made.put(f"cpu.{key}", cpu.get(key), "cpu")
    khz = made.output("cpu_max_khz").text() or ""
    made.put("cpu.max_khz", int(khz) if khz.isdigit() else None, "cpu_max_khz")
    hypervisor = made.output("detect_virt").stdout.strip()
    if hypervisor:
        made.put("cpu.hypervisor", hypervisor)
    made.put("cpu.dev_kvm", made.output("dev_kvm").truth(), "dev_kvm")
    modules = made.output("modules")
    made.put("cpu.kernel_modules", parse_hardware.kvm_modules(modules.stdout) if modules.ok else None, "modules")
    made.put("iommu.dmar_table", made.output("dmar_table").truth(), "dmar_table")
    made.put("iommu.groups", parse_hardware.iommu_group_count(made.output("iommu_groups")), "iommu_groups")
    made.put("disks", parse_hardware.disks_of(made.output("disks").json()), "disks")


def _network(made: Assembly) -> None:
    facts, links = made.output("net_facts"), made.output("net_links")
    rows = made.output("ip_link").json()
    nics = None
    if facts.stdout:
        nics = parse_network.nics_of(parse_network.port_facts(facts), parse_network.port_links(links.stdout), rows)
    made.put("nics", nics, "net_facts", "net_links")
    routes = made.output("ip_route").json()
    known = parse_network.default_routes(routes)
    made.put("net.default_gateways", [to for to, _ in known] if isinstance(routes, list) else None, "ip_route")
    if known and known[0][1]:
        made.put("net.default_device", known[0][1])
    made.put("net.vmbr0_ipv4", parse_network.ipv4_of(made.output("ip_addr").json(), "vmbr0"), "ip_addr")


def _proxmox(made: Assembly) -> bool:
    installed, version = parse_pve.dpkg_version(made.output("dpkg_pve_manager"))
    mounts = parse_pve.mounts_of(made.output("mounts").json())
    mounted = None if mounts is None else mounts.get("/etc/pve", ("", ""))[1].startswith("fuse")
    made.put("pve.installed", installed, "dpkg_pve_manager")
    made.put("pve.pmxcfs_mounted", mounted, "mounts")
    made.put("pve.pveversion_text", made.output("pveversion").text(), "pveversion")
    if version:
        made.put("pve.pve_manager", version)
    made.put("pve.proxmox_ve_meta", parse_pve.dpkg_version(made.output("dpkg_proxmox_ve"))[1], "dpkg_proxmox_ve")
    subscription = [line for line in made.output("subscription").stdout.splitlines() if line.startswith("status:")]
    made.put("pve.subscription", subscription[0].split(":", 1)[1].strip() if subscription else None, "subscription")
    made.put("pve.repo", parse_pve.apt_channel(made.output("apt_sources")), "apt_sources")
    is_proxmox = installed is True and mounted is not False
    storages = parse_pve.storages_of(
        made.output("storage").json(),
        mounts,
        parse_pve.transports_of(made.output("block_tree").json()),
        parse_pve.volume_groups(made.output("pvs").json()),
    )
    made.put("storage", storages if is_proxmox else None, "storage", reason="" if is_proxmox else NOT_PROXMOX)
    made.put(
        "guests",
        _guests(made) if is_proxmox else None,
        "guests",
        "guest_configs",
        reason="" if is_proxmox else NOT_PROXMOX,
    )
    return is_proxmox


def _guests(made: Assembly) -> list[dict[str, Any]] | None:
    """The guests by their configuration files; by the resource list alone where those cannot be read."""
    rows, files = made.output("guests").json(), made.output("guest_configs")
    by_id = {row["vmid"]: row for row in rows if "vmid" in row} if isinstance(rows, list) else {}
    readable = (
        files.ok or (files.rc == 1 and not files.stderr) or (files.rc == 2 and bool(files.stderr) and files.only_absent)
    )
    if not readable:
        return [_listed(row) for row in by_id.values()] if isinstance(rows, list) else None
    linked = parse_pve.linked_volumes(made.output("lvs").json())
    origins = parse_guests.origins_of(made.output("task_index").stdout, made.output("clone_logs"), linked)
    guests = []
    for config in parse_guests.configs_of(files):
        guest = parse_guests.guest_of(config, by_id.pop(config.vmid, {}), origins.get(config.vmid))
        if not guest["template"] and parse_guests.is_linked(guest["disks"]):
            guest["origin"] = "clone"
        guests.append(guest)
    return guests + [_listed(row) for row in by_id.values()]


def _listed(row: Mapping[str, Any]) -> dict[str, Any]:
    """A guest of which only the resource list is known."""
    return {
        "vmid": row.get("vmid"),
        "kind": row.get("type"),
        "name": row.get("name"),
        "template": bool(row.get("template")),
        "status": row.get("status"),
        "tags": parse_guests.split_tags(row.get("tags")),
        "pool": row.get("pool"),
    }


def running_vms(facts: Mapping[str, Any]) -> list[int]:
    """The running VMs whose agent can be asked for addresses."""
    running = _running(facts)
    return [guest["vmid"] for guest in running if guest.get("kind") == "qemu" and guest.get("agent") is True]


def running_containers(facts: Mapping[str, Any]) -> list[int]:
    """The running containers."""
    return [guest["vmid"] for guest in _running(facts) if guest.get("kind") == "lxc"]


def _running(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [guest for guest in facts.get("guests") or () if guest.get("status") == "running"]


def add_addresses(made: Assembly, outputs: Outputs) -> None:
    """The live addresses from the second round of probes."""
    for guest in made.facts.get("guests") or ():
        vmid = guest["vmid"]
        output = outputs.get(f"agent_{vmid}") or outputs.get(f"lxc_{vmid}")
        if output is None:
            continue
        if guest.get("kind") == "lxc":
            found = parse_guests.listed_addresses(output)
        else:
            found = parse_guests.addresses_of(output.json(), guest.get("macs") or ())
        if found is None:
            made.missing[f"guests.{vmid}.live_ipv4"] = output.reason
        else:
            guest["live_ipv4"] = found


def _cluster(made: Assembly, *, is_proxmox: bool) -> None:
    files = made.output("corosync_conf")
    paths: list[str] | None = [line for line in files.stdout.split() if line.startswith("/")]
    looked = files.ok or (files.rc in (1, 2) and bool(files.stderr) and files.only_absent)
    # Nothing there is worth something only where Proxmox would have put it there.
    if not paths and not (looked and is_proxmox):
        paths = None
    other = "" if is_proxmox else NOT_PROXMOX
    made.put("cluster.corosync_conf_files", paths, "corosync_conf", reason=other)
    made.put("cluster.status", _rows(made, "cluster_status", is_proxmox), "cluster_status", reason=other)
    active = parse_pve.active_units(made.output("cluster_services"), QUORUM_UNITS)
    made.put("cluster.active_services", active or (active if is_proxmox else None), "cluster_services", reason=other)
    for key, probe in (("resources", "ha_resources"), ("groups", "ha_groups"), ("status_current", "ha_status")):
        made.put(f"ha.{key}", _rows(made, probe, is_proxmox), probe, reason=other)


def _rows(made: Assembly, probe: str, is_proxmox: bool) -> list[Any] | None:
    found = made.output(probe).json()
    return found if is_proxmox and isinstance(found, list) else None


def _services(made: Assembly, *, is_proxmox: bool) -> None:
    other = "" if is_proxmox else NOT_PROXMOX
    made.put("host_services.active_netservices", parse_pve.net_services(made.output("services")), "services")
    nat = parse_pve.masquerades(made.output("nft"), made.output("iptables_nat"))
    made.put("host_services.masquerade", nat, "nft", "iptables_nat")
    sdn = parse_pve.sdn_serves(made.output("sdn"), mounted=is_proxmox)
    made.put("host_services.sdn_dhcp_or_snat", sdn, "sdn", reason=other)
    made.put("host_services.terraform_files", parse_pve.files_found(made.output("terraform")), "terraform")
    principals = parse_pve.principals_of(made.output("api_users").json()) if is_proxmox else None
    made.put("api_principals", principals, "api_users", reason=other)
    options = made.output("cluster_options").json()
    made.put("mac_prefix", options.get("mac_prefix") if isinstance(options, Mapping) else None, "cluster_options")
    if isinstance(options, Mapping):
        made.missing.pop("mac_prefix", None)
        made.facts.setdefault("mac_prefix", None)
    marker = made.output("ansible_marker")
    name = parse_pve.marker_collection(marker.stdout) if marker.ok else None
    made.put("ansible.marker_collection", name, "ansible_marker")


def settle_missing(facts: Mapping[str, Any], missing: Mapping[str, str]) -> dict[str, str]:
    """The reasons without those of paths that another channel has supplied meanwhile.

    Why a channel did not answer (``reachable.ssh`` false) stays.
    """
    return {
        path: why
        for path, why in missing.items()
        if not _has(facts, path.split(".")) or (path.startswith("reachable.") and not facts["reachable"][path[10:]])
    }


def _has(facts: Any, keys: Sequence[str]) -> bool:
    for key in keys:
        if not isinstance(facts, Mapping) or facts.get(key) is None:
            return False
        facts = facts[key]
    return True
