"""Golden files of the simulated lab: definitions as they are sent to libvirt."""

from pathlib import Path

GOLDEN = Path(__file__).parents[2] / "golden" / "sim"


def golden(name: str) -> str:
    """The expected text of that name."""
    return (GOLDEN / name).read_text(encoding="utf-8")
