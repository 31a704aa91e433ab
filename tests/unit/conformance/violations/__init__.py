"""What can be wrong with a node, and exactly which verdicts that changes: one row per violation or boundary."""

from __future__ import annotations

from tests.unit.conformance.violations.changes import Row
from tests.unit.conformance.violations.guests import MACS, NETWORK, TEMPLATES
from tests.unit.conformance.violations.machine import HARDWARE, MINIMUM
from tests.unit.conformance.violations.planes import REACH, ROLES, SERVICES
from tests.unit.conformance.violations.proxmox import CLUSTER, PROVISIONING, SYSTEM

ROWS: list[Row] = [
    *REACH,
    *ROLES,
    *SERVICES,
    *HARDWARE,
    *MINIMUM,
    *SYSTEM,
    *PROVISIONING,
    *TEMPLATES,
    *MACS,
    *CLUSTER,
    *NETWORK,
]
