"""The least a machine must have to be bought for the lab."""

from __future__ import annotations

from conformance.checks import check
from conformance.checks.hardware import DISK_MIN_BYTES, any_disk, fixed_ssd
from conformance.facts import Facts
from conformance.findings import Claim, Outcome, all_of, failed, unknown
from conformance.snapshot import Nic
from conformance.view import View

FITTED_MIB = 32768
# 32 GiB less page structures, firmware, graphics memory and a crash kernel; the next smaller population is 24 GiB.
MEMTOTAL_KIB = 30 * 2**20
REMOTE_TRANSPORTS = frozenset({"usb", "iscsi", "fc"})
# x86-64-v2 with AES, the default CPU of Proxmox VE guests.
MODERN_FLAGS = frozenset({"cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3", "aes"})
GIGABIT_MBPS = 1000


@check(
    "MIN-01",
    expects="at least 32 GiB fitted and 30 GiB usable",
    reads=("dmi.memory_devices", "memory.memtotal_kib"),
    hint="a mem= limit on the kernel command line or a failed module shows as fitted but not usable",
)
def memory(facts: Facts) -> Outcome:
    """Enough memory, fitted and seen by the kernel."""
    devices = facts.snapshot.views("dmi.memory_devices") or ()
    sizes = [size for size in (device.whole("size_mib") for device in devices) if size is not None]
    total_kib = facts.snapshot.whole("memory.memtotal_kib")
    usable = Claim(
        None if total_kib is None else total_kib >= MEMTOTAL_KIB,
        "usable memory not known" if total_kib is None else f"{total_kib} KiB usable",
    )
    if not sizes or len(sizes) < len(devices):
        return all_of((usable,)).graded("inferred")
    return all_of((Claim(sum(sizes) >= FITTED_MIB, f"{sum(sizes)} MiB fitted"), usable))


@check(
    "MIN-02",
    expects="one fixed SSD of at least 930 GiB in the machine",
    reads=("disks",),
    hint="sizes are not added up; a 960 GB drive is 894 GiB",
)
def storage(facts: Facts) -> Outcome:
    """One disk of the 1 TB class."""
    disks = facts.snapshot.views("disks")
    if disks is None:
        return unknown("the disks are not known")
    return any_disk(disks, lambda found: all_of(_is_enough(found)))


def _is_enough(found: View) -> tuple[Claim, ...]:
    size, tran = found.whole("size_bytes"), found.text("tran")
    return (
        *fixed_ssd(found),
        Claim(None if tran is None else tran.casefold() not in REMOTE_TRANSPORTS, f"transport {tran}"),
        Claim(None if size is None else size >= DISK_MIN_BYTES, f"{size} bytes"),
    )


@check(
    "MIN-03",
    expects="x86_64 with VT-x switched on, and x86-64-v2 with AES",
    reads=("cpu.arch", "cpu.flags", "cpu.dev_kvm"),
    hint="VT-x may be off in the BIOS, or kvm_intel not loaded",
)
def cpu(facts: Facts) -> Outcome:
    """A modern CPU whose virtualisation works."""
    arch, flags, kvm = (
        facts.snapshot.text("cpu.arch"),
        facts.snapshot.texts("cpu.flags"),
        facts.snapshot.flag("cpu.dev_kvm"),
    )
    if arch is None and flags is not None and "lm" in flags:
        arch = "x86_64"
    claims = [Claim(None if arch is None else arch == "x86_64", f"architecture {arch}")]
    if flags is not None:
        lacking = sorted((MODERN_FLAGS | {"vmx"}) - set(flags))
        claims.append(Claim(not lacking, f"flags lack {', '.join(lacking)}" if lacking else "flags complete"))
    if kvm is not None:
        claims.append(Claim(kvm, "/dev/kvm" if kvm else "no /dev/kvm"))
    if flags is None and kvm is None:
        claims.append(Claim(None, "neither CPU flags nor /dev/kvm known"))
    outcome = all_of(claims)
    hypervisor = facts.snapshot.text("cpu.hypervisor")
    if outcome.verdict == "fail" and hypervisor not in (None, "none"):
        outcome = outcome.noting(f"the node is itself a virtual machine ({hypervisor}), which is given no VT-x")
    return outcome if flags is not None and kvm is not None else outcome.graded("inferred")


@check(
    "MIN-04",
    expects="carrier, at least 1000 Mb/s and full duplex on the uplink port",
    reads=("nics", "net.default_device"),
    hint="look at the cable and at the switch port",
)
def network(facts: Facts) -> Outcome:
    """Gigabit towards the substrate network."""
    uplinks = facts.uplinks
    if uplinks is None:
        known = facts.snapshot.nics is not None
        return unknown("which port is the uplink is not known" if known else "the network ports are not known")
    if not uplinks:
        return failed("no wired port")
    linked = [port for port in uplinks if port.carrier is not False]
    outcome = all_of(claim for port in linked or uplinks for claim in _is_gigabit(port))
    return outcome if any(port.bridge == "vmbr0" for port in uplinks) else outcome.graded("inferred")


def _is_gigabit(port: Nic) -> tuple[Claim, ...]:
    speed = port.speed_mbps if port.speed_mbps is not None and port.speed_mbps > 0 else None
    return (
        Claim(
            None if port.wireless is None else not port.wireless, f"{port.name}{' is wireless' * bool(port.wireless)}"
        ),
        Claim(port.carrier, {None: "carrier unknown", True: "carrier", False: "no carrier"}[port.carrier]),
        Claim(None if speed is None else speed >= GIGABIT_MBPS, f"speed {speed or 'unknown'} Mb/s"),
        Claim(None if port.duplex is None else port.duplex.casefold() == "full", f"duplex {port.duplex or 'unknown'}"),
    )
