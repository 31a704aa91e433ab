"""What a site without hardware has to buy: the bounds of MIN-01 to MIN-04 in a reader's words."""

from __future__ import annotations

from fixtures.hardware import PurchaseBounds

GIB_MIB = 1024
GIB_KIB = 1024**2
GIB_BYTES = 1024**3


def purchase_lines(bounds: PurchaseBounds) -> tuple[str, ...]:
    """One line per bound, named by its requirement."""
    memory = f"{bounds.memory_fitted_mib // GIB_MIB} GiB fitted, MemTotal {bounds.memtotal_kib // GIB_KIB} GiB or more"
    refused = _either(bounds.disk_transports_refused)
    disk = f"one fixed SSD of {bounds.disk_size_bytes // GIB_BYTES} GiB or more, not on {refused}"
    cpu = f"{bounds.cpu_arch} with {bounds.cpu_flag_virtualisation} switched on and {', '.join(bounds.cpu_flags)}"
    network = f"wired, {bounds.nic_speed_mbps} Mb/s or more, {bounds.nic_duplex} duplex"
    texts = {"MIN-01 memory": memory, "MIN-02 storage": disk, "MIN-03 processor": cpu, "MIN-04 network": network}
    return tuple(f"to buy for each node: {name}: {text}" for name, text in texts.items())


def _either(names: tuple[str, ...]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
