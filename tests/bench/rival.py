"""fakepve 0.5.0 from PyPI in an environment of its own, started as one server process."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

REQUIREMENT = "fakepve==0.5.0"

# Run by the other environment's interpreter; its command line knows no API tokens.
LAUNCHER = """
import asyncio, json, sys
from fakepve.server import FakePve

async def main(guests, port, certificate, key, token, secret):
    pve = FakePve(user="root@pam", password="secret", host="127.0.0.1", port=int(port))
    pve.time_scale = 0
    pve.add_node("hv01")
    with open(guests) as stream:
        for guest in json.load(stream)["guests"]:
            pve.add_vm(guest["vmid"], guest["name"], node=guest["node"], config=guest["config"])
    pve.apitokens[token] = secret
    await pve.start(certificate, key)
    await asyncio.Event().wait()

asyncio.run(main(*sys.argv[1:]))
"""


def interpreter(folder: Path) -> Path:
    """The interpreter of an environment with fakepve in it; LABCTL_FAKEPVE_PYTHON names one that is there already."""
    given = os.environ.get("LABCTL_FAKEPVE_PYTHON")
    if given:
        return Path(given)
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", REQUIREMENT], check=True, stdout=sys.stderr)
    return python
