"""The size a guest sees, read from the head of an image file."""

from __future__ import annotations

QCOW2_MAGIC = b"QFI\xfb"
VMDK_MAGIC = b"KDMV"
SECTOR = 512


def image_size(data: bytes, form: str) -> tuple[int, str]:
    """Virtual size in bytes and format of an image; a file without a known head is a raw image."""
    if data.startswith(QCOW2_MAGIC) and len(data) >= 32:
        return int.from_bytes(data[24:32], "big"), "qcow2"
    if data.startswith(VMDK_MAGIC) and len(data) >= 20:
        return int.from_bytes(data[12:20], "little") * SECTOR, "vmdk"
    return -(-len(data) // SECTOR) * SECTOR, form if form in ("iso", "raw") else "raw"
