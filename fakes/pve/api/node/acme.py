"""Ordering, renewing and revoking a node's certificate through ACME."""

from __future__ import annotations

from fakes.pve.api.cluster.acme import ACCOUNTS, account_missing
from fakes.pve.api.node.config import check_acme_domains, load_node_config
from fakes.pve.call import Call
from fakes.pve.certificates import CUSTOM, describe
from fakes.pve.http import ApiError, ParameterError, route
from fakes.pve.params import parse_property_string
from fakes.pve.tasks import Task, TaskError

_RENEWED_WITHIN_S = 30 * 24 * 3600
_TOO_EARLY = "Certificate does not expire within the next 30 days, and 'force' is not set."
_CERTIFICATE = "/nodes/{node}/certificates/acme/certificate"


def _account(call: Call, line: int) -> str:
    """The account that the node's options name; without any ACME option Proxmox trips over its own code."""
    values = load_node_config(call, call.node.name)
    if not any(key.startswith("acme") for key in values):
        said = "Can't use an undefined value as a HASH reference at /usr/share/perl5/PVE/API2/ACME.pm line"
        raise ApiError(500, f"{said} {line}.")
    if not check_acme_domains(call.schema, values):
        raise ApiError(400, "ACME domain list in node configuration is missing!", bare=True)
    spec = call.schema.methods["PUT", "/nodes/{node}/config"].params["acme"]
    parsed = parse_property_string(call.schema, spec["format"], str(values.get("acme", "")), check=False)
    return str(parsed.get("account", "default"))


def _begin(call: Call, kind: str, account: str) -> str:
    def work(task: Task) -> None:
        task.log("Loading ACME account details")
        if f"{ACCOUNTS}/{account}" not in call.datacenter.cfs:
            raise TaskError(account_missing(account))
        task.log("Placing ACME order")
        raise TaskError("500 Can't connect to the ACME directory (Name or service not known)")

    return call.start_task(kind, "", work)


def _has_custom(call: Call) -> bool:
    return f"nodes/{call.node.name}/{CUSTOM}" in call.datacenter.cfs


@route("POST", _CERTIFICATE)
def order(call: Call) -> str:
    if _has_custom(call) and not call.get("force"):
        raise ParameterError({"force": "Custom certificate exists but 'force' is not set."})
    return _begin(call, "acmenewcert", _account(call, 196))


@route("PUT", _CERTIFICATE)
def renew(call: Call) -> str:
    if not _has_custom(call):
        raise ApiError(500, "No current (custom) certificate found, please order a new certificate!")
    shown = describe(CUSTOM, call.datacenter.cfs.read(f"nodes/{call.node.name}/{CUSTOM}") or "")
    if shown["notafter"] > call.datacenter.clock.now() + _RENEWED_WITHIN_S and not call.get("force"):
        raise ParameterError({"force": _TOO_EARLY})
    return _begin(call, "acmerenew", _account(call, 265))


@route("DELETE", _CERTIFICATE)
def revoke(call: Call) -> str:
    account = _account(call, 339)
    if not _has_custom(call):
        raise ApiError(500, "No such certificate found!")
    return _begin(call, "acmerevoke", account)
