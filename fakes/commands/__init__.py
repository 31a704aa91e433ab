"""Proxmox's command line on a simulated node: front ends over the same `Api.handle`."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fakes.client import LocalClient
from fakes.pve.dispatch import Api
from fakes.pve.http import ApiError

PROGRAMS = ("pvesh", "pveversion")


@dataclass(frozen=True, slots=True)
class Output:
    """Result of a command; 0 is success."""

    exit_status: int = 0
    stdout: str = ""
    stderr: str = ""


def run_command(api: Api, argv: Sequence[str], *, stdin: str = "", env: Mapping[str, str] | None = None) -> Output:
    """Run one of `PROGRAMS` on the node of an `Api`."""
    del stdin, env
    if argv[0] == "pveversion":
        facts, schema = api.node.facts, api.datacenter.schema
        return Output(0, f"pve-manager/{schema.version}/{schema.repoid} (running kernel: {facts.kernel})\n")
    words = list(argv[1:])
    verb, path = words[0], words[1]
    params: dict[str, str] = {}
    rest = words[2:]
    while len(rest) > 1:
        params[rest[0].lstrip("-")] = rest[1]
        rest = rest[2:]
    params.pop("output-format", None)
    verbs = {"get": "GET", "create": "POST", "set": "PUT", "delete": "DELETE"}
    try:
        data = LocalClient(api).call(verbs[verb], urllib.parse.quote(path), params)
    except ApiError as error:
        return Output(255, "", f"{error.message}\n")
    return Output(0, json.dumps(data, separators=(",", ":"), sort_keys=True) + "\n")
