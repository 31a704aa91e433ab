"""The command `vzdump`."""

from __future__ import annotations

from fakes.commands.definition import Command

TREE = Command(("POST", "/nodes/{node}/vzdump"), "vmid", reads_task=True)
