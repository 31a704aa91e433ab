"""The commands of `pvenode`, for the node itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.commands.definition import Command, Tree, api, task
from fakes.commands.renderers import described
from fakes.commands.rendering import plain_text
from fakes.commands.results import print_result
from fakes.commands.session import Session

NODE = "/nodes/{node}"
TASKS = f"{NODE}/tasks"
ACCOUNTS = "/cluster/acme/account"
PLUGINS = "/cluster/acme/plugins"
CERTIFICATE = f"{NODE}/certificates/acme/certificate"
_TASK_COLUMNS = ("upid", "type", "id", "user", "starttime", "endtime", "status")
Options = Mapping[str, Any]
Rows = list[dict[str, Any]]


def _show_config(session: Session, config: Mapping[str, Any], _options: Options) -> None:
    for line in str(config.get("description") or "").splitlines():
        session.say(f"#{line}")
    for key in sorted(config):
        if key not in ("description", "digest"):
            session.say(f"{key}: {plain_text(config[key])}")


def _show_tasks(session: Session, rows: Rows, options: Options) -> None:
    known = [{**row, "status": row.get("status") or "UNKNOWN"} for row in rows]
    returns = described(session.schema.methods["GET", TASKS])
    print_result(session, known, returns, options, _TASK_COLUMNS)


def _show_log(session: Session, rows: Rows, _options: Options) -> None:
    for row in rows:
        session.say(str(row["t"]))


def _show_names(session: Session, rows: Rows, _options: Options) -> None:
    for row in rows:
        session.say(str(row["name"]))


def _account(verb: str) -> Command:
    return task(verb, f"{ACCOUNTS}/{{name}}", "name")


TREE: Tree = {
    "config": {
        "get": api("GET", f"{NODE}/config", show=_show_config),
        "set": api("PUT", f"{NODE}/config"),
    },
    "startall": task("POST", f"{NODE}/startall"),
    "stopall": task("POST", f"{NODE}/stopall"),
    "migrateall": task("POST", f"{NODE}/migrateall", "target"),
    "wakeonlan": api("POST", f"{NODE}/wakeonlan", "node"),
    "cert": {
        "info": api("GET", f"{NODE}/certificates/info", formats=True),
        "set": api("POST", f"{NODE}/certificates/custom", "certificates", "key", formats=True),
        "delete": api("DELETE", f"{NODE}/certificates/custom", "restart"),
    },
    "task": {
        "list": api("GET", TASKS, show=_show_tasks, formats=True),
        "status": api("GET", f"{TASKS}/{{upid}}/status", "upid", formats=True),
        "log": api("GET", f"{TASKS}/{{upid}}/log", "upid", show=_show_log),
    },
    "acme": {
        "account": {
            "list": api("GET", ACCOUNTS, show=_show_names),
            "info": api("GET", f"{ACCOUNTS}/{{name}}", "name", formats=True),
            "register": task("POST", ACCOUNTS, "name", "contact"),
            "update": _account("PUT"),
            "deactivate": _account("DELETE"),
        },
        "cert": {
            "order": task("POST", CERTIFICATE),
            "renew": task("PUT", CERTIFICATE),
            "revoke": task("DELETE", CERTIFICATE),
        },
        "plugin": {
            "list": api("GET", PLUGINS, formats=True),
            "config": api("GET", f"{PLUGINS}/{{id}}", "id", formats=True),
            "add": api("POST", PLUGINS, "type", "id"),
            "set": api("PUT", f"{PLUGINS}/{{id}}", "id"),
            "remove": api("DELETE", f"{PLUGINS}/{{id}}", "id"),
        },
    },
}
