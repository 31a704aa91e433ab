"""Rules of property strings of virtual machines that the schema table cannot say; importing this module adds them.

Source: error texts of PVE 8.4.1.
"""

from __future__ import annotations

import re
from typing import Any

from fakes.pve.cpumodels import GUEST_FLAGS, builtin_models, is_custom_model
from fakes.pve.params import EXTRA_CHECKS, PropertyError

_FLAG = re.compile(rf"[+-](?:{'|'.join(GUEST_FLAGS.split())})")


def check_cpu(properties: dict[str, Any]) -> None:
    """PropertyError for a CPU model or flag that a guest cannot have."""
    model = properties.get("cputype")
    if not model:
        raise PropertyError("CPU is missing cputype\n")
    if not is_custom_model(model) and model not in builtin_models():
        raise PropertyError(f"Built-in cputype '{model}' is not defined (missing 'custom-' prefix?)\n")
    flags = properties.get("flags")
    if flags and not all(_FLAG.fullmatch(flag) for flag in flags.split(";")):
        raise PropertyError(f"VM-specific CPU flags must be a subset of: {', '.join(GUEST_FLAGS.split())}\n")
    if "reported-model" in properties:
        raise PropertyError("Property 'reported-model' not allowed in VM-specific CPU config.\n")


EXTRA_CHECKS["pve-vm-cpu-conf"] = check_cpu
