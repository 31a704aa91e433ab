"""What property strings about backups need beyond their schema."""

from __future__ import annotations

from typing import Any

from fakes.pve.propertystrings import EXTRA_CHECKS, PropertyError


def check_fleecing(properties: dict[str, Any]) -> None:
    """PropertyError where fleecing is on and has no storage to go to."""
    if properties.get("enabled") and not properties.get("storage"):
        raise PropertyError("'storage' parameter is required when 'enabled' is set\n")


def check_retention(properties: dict[str, Any]) -> None:
    """PropertyError where everything is to be kept and something is not."""
    counts = [value for name, value in properties.items() if name != "keep-all"]
    if properties.get("keep-all") and any(counts):
        raise PropertyError("keep-all cannot be set together with other options.\n")


EXTRA_CHECKS["backup-fleecing"] = check_fleecing
EXTRA_CHECKS["prune-backups"] = check_retention
