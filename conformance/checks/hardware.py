"""The machine as the pages describe it (site dvntm), and the chassis class of the home site."""

from __future__ import annotations

import re
from collections.abc import Callable

from conformance.checks import check
from conformance.facts import Facts
from conformance.findings import Claim, Outcome, all_of, failed, passed, unknown
from conformance.snapshot import Nic
from conformance.view import View

DISK_MIN_BYTES = 930 * 2**30
DISK_MAX_BYTES = 2**40
MEMORY_MIB = 32768
TURBO_KHZ, TURBO_TOLERANCE_KHZ = 3_600_000, 50_000
# PCI device ids of the Intel I219-LM variants; the OptiPlex 7050's chipset carries 15e3.
# fmt: off
I219_LM = frozenset({
    "156f", "15b7", "15b9", "15d7", "15e3", "15bd", "15bb", "15df", "15e1", "0d4e",
    "0d4c", "0d53", "15fb", "15f9", "15f4", "1a1e", "1a1c", "550a", "550c", "550e",
    "5510", "0dc5", "0dc7",
})
# fmt: on
# SMBIOS chassis types.
DESKTOP_OR_RACK = frozenset({3, 4, 6, 7, 13, 15, 16, 17, 23, 35})
LAPTOP = frozenset({8, 9, 10, 14, 31, 32})


@check("HW-01", expects="Dell OptiPlex 7050", reads=("dmi.sys_vendor", "dmi.product_name"))
def model(facts: Facts) -> Outcome:
    """The machine names itself a Dell OptiPlex 7050."""
    vendor, product = facts.snapshot.text("dmi.sys_vendor"), facts.snapshot.text("dmi.product_name")
    return all_of(
        (
            Claim(None if vendor is None else vendor.strip().casefold().startswith("dell"), f"vendor {vendor!r}"),
            Claim(None if product is None else product.strip().casefold() == "optiplex 7050", f"model {product!r}"),
        )
    )


@check("HW-02", expects="Intel Core i7-6700T", reads=("cpu.model_name",))
def cpu_model(facts: Facts) -> Outcome:
    """The CPU is the T variant that the page names."""
    name = facts.snapshot.text("cpu.model_name")
    return all_of((Claim(None if name is None else bool(re.search(r"\bi7-6700T\b", name)), f"CPU {name!r}"),))


@check(
    "HW-03",
    expects="1 socket, 4 cores, 8 threads",
    reads=("cpu.sockets", "cpu.cores", "cpu.threads"),
    hint="are Hyper-Threading and all cores switched on in the BIOS, and is there no nosmt on the kernel command line?",
)
def cpu_topology(facts: Facts) -> Outcome:
    """All cores are there and Hyper-Threading is on."""
    wanted = {"sockets": 1, "cores": 4, "threads": 8}
    found = {name: facts.snapshot.whole(f"cpu.{name}") for name in wanted}
    return all_of(
        Claim(
            None if number is None else number == wanted[name], f"{name}: {'not known' if number is None else number}"
        )
        for name, number in found.items()
    )


@check("HW-04", expects="3.6 GHz turbo (cpuinfo_max_freq within 50 MHz)", reads=("cpu.max_khz",), hint="is turbo off?")
def cpu_clock(facts: Facts) -> Outcome:
    """The highest clock the kernel may choose is the turbo clock."""
    khz = facts.snapshot.whole("cpu.max_khz")
    if khz is None:
        return unknown("cpuinfo_max_freq not readable")
    return all_of((Claim(abs(khz - TURBO_KHZ) <= TURBO_TOLERANCE_KHZ, f"maximum {khz} kHz"),))


@check("HW-05", expects="32768 MiB of DDR4", reads=("dmi.memory_devices",), hint="the page or the machine has changed")
def memory(facts: Facts) -> Outcome:
    """Memory as the page states it; more is a difference too."""
    devices = facts.snapshot.views("dmi.memory_devices")
    if not devices:
        return unknown("no SMBIOS memory devices")
    sizes = [device.whole("size_mib") for device in devices]
    kinds = [device.text("type") for device in devices]
    known = [size for size in sizes if size is not None]
    total = sum(known)
    return all_of(
        (
            Claim(None if len(known) < len(sizes) else total == MEMORY_MIB, f"{total} MiB in {len(sizes)} device(s)"),
            *(Claim(None if kind is None else kind.casefold() == "ddr4", f"type {kind}") for kind in kinds),
        )
    )


@check("HW-06", expects="a fixed SSD on NVMe or SATA of 930 GiB to 1 TiB", reads=("disks",))
def disk(facts: Facts) -> Outcome:
    """One disk is of the class that the page states."""
    disks = facts.snapshot.views("disks")
    if disks is None:
        return unknown("the disks are not known")
    return any_disk(disks, lambda found: all_of(_as_built(found)))


def _as_built(found: View) -> tuple[Claim, ...]:
    size, tran = found.whole("size_bytes"), found.text("tran")
    return (
        *fixed_ssd(found),
        Claim(None if tran is None else tran.casefold() in {"nvme", "sata"}, f"transport {tran}"),
        Claim(None if size is None else DISK_MIN_BYTES <= size <= DISK_MAX_BYTES, f"{size} bytes"),
    )


def fixed_ssd(found: View) -> tuple[Claim, ...]:
    """What holds of a fixed disk without platters."""
    kind, removable, rotating = found.text("type"), found.flag("removable"), found.flag("rota")
    return (
        Claim(kind in (None, "disk"), f"type {kind}"),
        Claim(None if removable is None else not removable, "removable" if removable else "fixed"),
        Claim(None if rotating is None else not rotating, "rotating" if rotating else "not rotating"),
    )


def any_disk(disks: tuple[View, ...], judge: Callable[[View], Outcome]) -> Outcome:
    """Pass if one disk passes; could_not_check if one might; else fail with what is wrong with each."""
    judged = [(found.text("name") or "?", judge(found)) for found in disks]
    for verdict in ("pass", "could_not_check"):
        hits = [f"{name}: {outcome.actual}" for name, outcome in judged if outcome.verdict == verdict]
        if hits:
            return passed(hits[0]) if verdict == "pass" else unknown("; ".join(hits))
    return failed("; ".join(f"{name}: {outcome.actual}" for name, outcome in judged) or "no disk")


@check("HW-07", expects="exactly one wired port, an Intel I219-LM with the driver e1000e", reads=("nics",))
def nic(facts: Facts) -> Outcome:
    """The only wired port is the on-board one."""
    nics = facts.snapshot.nics
    if nics is None:
        return unknown("the network ports are not known")
    wired = [port for port in nics if port.wireless is False]
    unsure = [port for port in nics if port.wireless is None]
    names = ", ".join(str(port.name) for port in wired + unsure)
    if len(wired) > 1 or not wired + unsure:
        return failed(f"{len(wired)} wired ports: {names}" if wired else "no wired port")
    if unsure:
        return unknown(f"whether {', '.join(str(port.name) for port in unsure)} is wired is not known")
    return all_of(_is_i219_lm(wired[0]))


def _is_i219_lm(port: Nic) -> tuple[Claim, ...]:
    vendor, device = _pci_id(port.pci_vendor), _pci_id(port.pci_device)
    on_usb = port.bus == "usb"
    return (
        Claim(not on_usb, f"{port.name} is a USB adapter" if on_usb else f"{port.name}"),
        Claim(None if vendor is None else vendor == "8086", f"vendor {vendor}"),
        Claim(None if device is None else device in I219_LM, f"device {device}"),
        Claim(port.driver in (None, "e1000e"), f"driver {port.driver}"),
    )


def _pci_id(text: str | None) -> str | None:
    return None if text is None else text.strip().casefold().removeprefix("0x")


@check(
    "HW-08",
    expects="a DMAR table and at least one IOMMU group",
    reads=("iommu",),
    hint='VT-d may be off in the BIOS, or "intel_iommu=on" missing from the kernel command line',
)
def vt_d(facts: Facts) -> Outcome:
    """The IOMMU is there and in use."""
    table, groups = facts.snapshot.flag("iommu.dmar_table"), facts.snapshot.whole("iommu.groups")
    by_api_alone = facts.snapshot.flag("reachable.ssh") is False and table is None and groups is not None
    grouped = Claim(None if groups is None else groups >= 1, f"{groups} IOMMU groups")
    if by_api_alone:
        return all_of((grouped,)).graded("inferred")
    return all_of(
        (Claim(table, {None: "DMAR table unknown", True: "DMAR table", False: "no DMAR table"}[table]), grouped)
    )


@check(
    "HW-09",
    expects="Micro form factor (SODIMM memory, or attested)",
    reads=("dmi.memory_devices", "attest.form_factor"),
    hint='the model name is the same for all chassis; only the Micro takes SODIMMs. Else attest "form_factor: mff"',
)
def form_factor(facts: Facts) -> Outcome:
    """Memory modules of the Micro, as a proxy for its chassis."""
    devices = facts.snapshot.views("dmi.memory_devices") or ()
    forms = [(device.text("form_factor") or "unknown").strip().upper() for device in devices]
    if "DIMM" in forms:
        return failed(f"memory modules: {', '.join(forms)}")
    if forms and set(forms) == {"SODIMM"}:
        return passed(f"memory modules: {', '.join(forms)}").graded("inferred")
    attested = (facts.snapshot.text("attest.form_factor") or "").casefold()
    if attested:
        named = passed if attested in {"mff", "micro", "micro form factor"} else failed
        return named(f"attested: {attested}").graded("attested")
    return unknown(f"memory modules: {', '.join(forms) or 'none known'}")


@check("HW-10", expects="the 35 W part (see HW-02)", reads=("cpu.model_name",))
def power_class(facts: Facts) -> Outcome:
    """The T in the model name is the 35 W bin."""
    return facts.outcome_of("HW-02").graded("inferred")


@check("HW-11", expects="a desktop or rack chassis", reads=("dmi.chassis_type",))
def chassis_class(facts: Facts) -> Outcome:
    """The home site's tenant node is no laptop."""
    kind = facts.snapshot.whole("dmi.chassis_type")
    if kind in DESKTOP_OR_RACK:
        return passed(f"chassis type {kind}")
    if kind in LAPTOP:
        return failed(f"chassis type {kind} is a laptop's")
    return unknown(
        "chassis type not known" if kind is None else f"chassis type {kind} is neither desktop, rack nor laptop"
    )
