"""The commands a snapshot of a node is made from: each one program with arguments, read-only.

A probe may use shell globs and double quotes, never variables, loops or pipes, so that a simulated host can answer it.
Its exit status is part of the answer: ``grep`` and ``ls`` say 1 or 2 for "nothing there".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

DEFAULT_TIMEOUT_S = 30


@dataclass(frozen=True)
class Probe:
    """A named read-only command; `timeout_s` bounds it on the node."""

    name: str
    command: str
    timeout_s: int = DEFAULT_TIMEOUT_S


def _pvesh(path: str, *options: str) -> str:
    return " ".join(["pvesh get", path, *options, "--output-format json"])


NET = "/sys/class/net"
DMI = "/sys/class/dmi/id"
TASKS = "/var/log/pve/tasks"

# Alone and first: the answer is bracketed by the auditor's own clock.
CLOCK = Probe("date", "date +%s.%N")

PROBES: tuple[Probe, ...] = (
    # Identity, clock, base system
    Probe("hostname", "hostname -s"),
    Probe("machine_id", "cat /etc/machine-id"),
    Probe("timedatectl", "timedatectl show -p NTPSynchronized"),
    Probe("os_release", "cat /etc/os-release"),
    Probe("kernel", "uname -r"),
    # Hardware
    Probe("dmi", f'grep -sH "" {DMI}/sys_vendor {DMI}/product_name {DMI}/product_uuid {DMI}/chassis_type'),
    Probe("memory_devices", "dmidecode -t 17"),
    Probe("meminfo", "cat /proc/meminfo"),
    Probe("cpu", "lscpu -J"),
    Probe("cpu_max_khz", "cat /sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq"),
    # "none" and status 1 on metal
    Probe("detect_virt", "systemd-detect-virt"),
    Probe("dev_kvm", "test -c /dev/kvm"),
    Probe("modules", "cat /proc/modules"),
    Probe("dmar_table", "test -e /sys/firmware/acpi/tables/DMAR"),
    Probe("iommu_groups", "ls /sys/kernel/iommu_groups"),
    Probe("disks", "lsblk -b -d -J -o NAME,SIZE,ROTA,TRAN,RM,TYPE,MODEL"),
    # Network of the node
    Probe(
        "net_facts",
        f'grep -sH "" {NET}/*/address {NET}/*/type {NET}/*/carrier {NET}/*/speed {NET}/*/duplex'
        f" {NET}/*/device/vendor {NET}/*/device/device",
    ),
    Probe(
        "net_links",
        f"ls -ld {NET}/*/device {NET}/*/device/driver {NET}/*/device/subsystem {NET}/*/phy80211 {NET}/*/wireless",
    ),
    Probe("ip_link", "ip -j -d link show"),
    Probe("ip_addr", "ip -j -4 addr show"),
    Probe("ip_route", "ip -j -4 route show default"),
    # Proxmox VE itself
    Probe("dpkg_pve_manager", "dpkg-query -s pve-manager"),
    Probe("dpkg_proxmox_ve", "dpkg-query -s proxmox-ve"),
    Probe("pveversion", "pveversion"),
    Probe("pve_local", "readlink /etc/pve/local"),
    Probe("mounts", "findmnt -J -l -o TARGET,SOURCE,FSTYPE"),
    Probe("subscription", "pvesubscription get"),
    Probe("apt_sources", 'grep -rsH "" /etc/apt/sources.list /etc/apt/sources.list.d'),
    # Clustering and HA
    Probe("corosync_conf", "ls /etc/pve/corosync.conf /etc/corosync/corosync.conf"),
    Probe("cluster_status", _pvesh("/cluster/status")),
    Probe("cluster_services", "systemctl is-active corosync corosync-qdevice corosync-qnetd"),
    Probe("ha_resources", _pvesh("/cluster/ha/resources")),
    Probe("ha_groups", _pvesh("/cluster/ha/groups")),
    Probe("ha_status", _pvesh("/cluster/ha/status/current")),
    # Storage
    Probe("storage", _pvesh("/storage")),
    Probe("block_tree", "lsblk -J -o NAME,PATH,TYPE,TRAN"),
    Probe("pvs", "pvs --reportformat json -o pv_name,vg_name"),
    # Guests
    Probe("guests", _pvesh("/cluster/resources", "--type vm")),
    Probe("guest_configs", 'grep -rH "" /etc/pve/qemu-server /etc/pve/lxc'),
    Probe("task_index", f'grep -sh "" {TASKS}/index.1 {TASKS}/index'),
    Probe("clone_logs", f'grep -sH "vm-" {TASKS}/*/UPID*clone*'),
    Probe("lvs", "lvs --reportformat json -o vg_name,lv_name,origin"),
    # What the node itself does beside hosting guests
    Probe("services", "systemctl list-units --type=service --state=active --plain --no-legend --no-pager"),
    Probe("nft", "nft -j list ruleset"),
    Probe("iptables_nat", "iptables-save -t nat"),
    Probe("sdn", 'grep -rH "" /etc/pve/sdn'),
    Probe(
        "terraform",
        "find /root /home /opt /srv /usr/bin /usr/local/bin -xdev -maxdepth 6"
        ' -name "*.tfstate*" -not -type d -o -name terraform -perm /111 -not -type d'
        " -o -name tofu -perm /111 -not -type d",
    ),
    Probe("api_users", _pvesh("/access/users", "--full 1")),
    Probe("cluster_options", _pvesh("/cluster/options")),
    Probe("listeners", "ss -ltnH"),
    Probe("ansible_marker", "cat /etc/ansible/facts.d/deevnet.fact"),
)


def address_probes(vms: Sequence[int], containers: Sequence[int]) -> tuple[Probe, ...]:
    """The second round: ask the agents of running VMs, and LXC for running containers, for their addresses."""
    asked = [Probe(f"agent_{vmid}", f"qm guest cmd {vmid} network-get-interfaces", 10) for vmid in sorted(vms)]
    return (*asked, *(Probe(f"lxc_{vmid}", f"lxc-info -n {vmid} -iH", 10) for vmid in sorted(containers)))
