"""One node from all channels to one snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from conformance.collect.api import ask_api, fill_guests, fill_in
from conformance.collect.output import Outputs
from conformance.collect.probes import CLOCK, PROBES, address_probes
from conformance.collect.runner import Runner
from conformance.collect.snapshot import (
    Assembly,
    add_addresses,
    assemble,
    running_containers,
    running_vms,
    settle_missing,
)
from conformance.snapshot import SCHEMA, Snapshot
from fixtures.errors import LabError

NO_TOKEN = "no API credential was given (LABCTL_API_TOKEN)"

WebUi = Callable[[], tuple[dict[str, Any] | None, str]]
CloneTest = Callable[[], tuple[dict[str, bool] | None, str]]


@dataclass(frozen=True)
class Channels:
    """How a node can be looked at. `shell` opens a runner (LabError when it cannot); the others may be None."""

    shell: Callable[[], Runner] | None = None
    api: Callable[[], Any] | None = None
    webui: WebUi | None = None
    clone_test: CloneTest | None = None
    rung: str = "hardware"
    target: str = "hardware"
    labels: Mapping[str, Any] = field(default_factory=dict)


def collect_node(node: str, channels: Channels, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Snapshot:
    """The snapshot of a node; a channel that does not work is noted, never raised."""
    labels = {
        "schema": SCHEMA,
        "node": node,
        **channels.labels,
        "collected_at": now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "target": channels.target,
        "rung": channels.rung,
    }
    made, ssh, why = _through_shell(channels)
    made.missing |= why
    reachable: dict[str, Any] = {"ssh": ssh}
    api_auth = _through_api(channels, node, made, reachable)
    _web_interface(channels, made)
    _clone(channels, made)
    facts: dict[str, Any] = {"reachable": reachable, "api_auth": api_auth, **made.facts}
    return Snapshot({**labels, **facts, "missing": dict(sorted(settle_missing(facts, made.missing).items()))})


def _through_shell(channels: Channels) -> tuple[Assembly, bool | None, dict[str, str]]:
    if channels.shell is None:
        return Assembly({}), None, {"reachable.ssh": "SSH was not tried"}
    try:
        runner = channels.shell()
    except LabError as error:
        return Assembly({}), False, {"reachable.ssh": str(error)}
    try:
        before = runner.now()
        clock = runner.run([CLOCK])
        after = runner.now()
        made = assemble(runner.run(PROBES))
        _clock(made, clock, before, after)
        asked = address_probes(running_vms(made.facts), running_containers(made.facts))
        if asked:
            add_addresses(made, runner.run(asked))
    except LabError as error:
        return Assembly({}), False, {"reachable.ssh": str(error)}
    finally:
        runner.close()
    return made, True, {}


def _clock(made: Assembly, outputs: Outputs, before: float, after: float) -> None:
    """The offset is the node's time less the middle of the two local ones."""
    text = outputs["date"].text() if "date" in outputs else None
    try:
        offset = round(float(text or "") - (before + after) / 2, 3)
    except ValueError:
        made.missing["clock.offset_s"] = "date: no time in the output"
        return
    made.put("clock.offset_s", offset)


def _through_api(channels: Channels, node: str, made: Assembly, reachable: dict[str, Any]) -> str | None:
    if channels.api is None:
        made.missing["reachable.api"] = NO_TOKEN
        made.missing.update({"api_auth": NO_TOKEN, "pve.api_version": NO_TOKEN, "pve.api_repoid": NO_TOKEN})
        reachable["api"] = None
        return None
    answer = ask_api(channels.api(), str(made.facts.get("pve_node_name") or node))
    reachable["api"] = answer.reachable
    if made.facts.get("pve", {}).get("installed") is False and answer.reachable:
        # The machine behind the SSH address is no Proxmox, so the API there is another machine's.
        reachable["api"] = None
        made.missing["reachable.api"] = "an API answers, but pve-manager is not installed on the node"
        return None
    fill_guests(made, answer.facts.get("guests") or ())
    fill_in(made.facts, answer.facts)
    made.missing = {**answer.missing, **made.missing}
    return answer.auth


def _web_interface(channels: Channels, made: Assembly) -> None:
    if channels.webui is None:
        made.missing["webui"] = "the web interface was not tried"
        return
    facts, reason = channels.webui()
    if facts is not None and facts["open"] and made.facts.get("pve", {}).get("installed") is False:
        facts, reason = None, "something answers, but pve-manager is not installed on the node"
    if facts is not None:
        made.facts["webui"] = facts
    if reason:
        made.missing["webui" if facts is None else "webui.http_status"] = reason


def _clone(channels: Channels, made: Assembly) -> None:
    """Only where guests may be made and destroyed, and only on a Proxmox VE node."""
    if channels.clone_test is None:
        made.missing["clone_test"] = "no clone was made: the target is not disposable"
        return
    if made.facts.get("pve", {}).get("installed") is not True:
        made.missing["clone_test"] = "no clone was made: not a Proxmox VE node"
        return
    facts, reason = channels.clone_test()
    made.put("clone_test", facts, reason=reason)
