"""The commands of `pveum`, for users, groups, roles, permissions, tokens, pools and realms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.commands.definition import Alias, Tree, api, own
from fakes.commands.passwords import confirmed_password, typed_password
from fakes.commands.results import print_result, style_of
from fakes.commands.session import Session
from fakes.commands.tables import table
from fakes.commands.tfa import DELETE, LIST, delete_tfa, list_tfa
from fakes.pve.schema import Spec

USERS, USER = "/access/users", "/access/users/{userid}"
TOKENS, TOKEN = f"{USER}/token", f"{USER}/token/{{tokenid}}"
GROUPS, ROLES, ACL, DOMAINS, POOLS = "/access/groups", "/access/roles", "/access/acl", "/access/domains", "/pools"
_NEW_PASSWORD: dict[str, Any] = {
    "readers": {"password": confirmed_password},
    "interactive": frozenset({"password"}),
}
_ASKED_PASSWORD: dict[str, Any] = {"readers": {"password": typed_password}, "interactive": frozenset({"password"})}
_TOKEN_PERMISSIONS: Mapping[str, Spec] = {
    "userid": {"type": "string", "format": "pve-userid"},
    "tokenid": {"type": "string", "pattern": r"(?^:[A-Za-z][A-Za-z0-9\.\-_]+)"},
    "path": {"type": "string", "optional": 1},
}
_COLUMNS: Mapping[str, Spec] = {
    "path": {"type": "string", "title": "ACL path"},
    "permissions": {"type": "string", "title": "Permissions"},
}
Options = Mapping[str, Any]


def _show_permissions(session: Session, data: Mapping[str, Mapping[str, Any]], options: Options) -> None:
    if options.get("output-format", "text") != "text":
        print_result(session, data, {"type": "object"}, options)
        return
    rows = [
        {
            "path": path,
            "permissions": "\n".join(f"{name} (*)" if data[path][name] else name for name in sorted(data[path])),
        }
        for path in sorted(data)
    ]
    if rows:
        session.print(table(rows, _COLUMNS, ("path", "permissions"), style_of(session, options)))
    session.say("Permissions marked with '(*)' have the 'propagate' flag set.")


def _token_permissions(session: Session, given: dict[str, Any]) -> Any:
    path = {"path": given["path"]} if "path" in given else {}
    return session.get("/access/permissions", userid=f"{given['userid']}!{given['tokenid']}", **path)


def _show_ticket(session: Session, data: Mapping[str, Any], _options: Options) -> None:
    session.say(str(data["ticket"]))


TREE: Tree = {
    "user": {
        "add": api("POST", USERS, "userid", **_NEW_PASSWORD),
        "modify": api("PUT", USER, "userid"),
        "delete": api("DELETE", USER, "userid"),
        "list": api("GET", USERS, formats=True),
        "permissions": api("GET", "/access/permissions", "userid", show=_show_permissions, formats=True),
        "tfa": {
            "list": own(LIST, list_tfa, "userid"),
            "delete": own(DELETE, delete_tfa, "userid"),
            "unlock": api("PUT", f"{USER}/unlock-tfa", "userid"),
        },
        "token": {
            "add": api("POST", TOKEN, "userid", "tokenid", formats=True),
            "modify": api("PUT", TOKEN, "userid", "tokenid", formats=True),
            "remove": api("DELETE", TOKEN, "userid", "tokenid"),
            "delete": Alias("user token remove"),
            "list": api("GET", TOKENS, "userid", formats=True),
            "permissions": own(
                _TOKEN_PERMISSIONS, _token_permissions, "userid", "tokenid", show=_show_permissions, formats=True
            ),
        },
    },
    "group": {
        "add": api("POST", GROUPS, "groupid"),
        "modify": api("PUT", f"{GROUPS}/{{groupid}}", "groupid"),
        "delete": api("DELETE", f"{GROUPS}/{{groupid}}", "groupid"),
        "list": api("GET", GROUPS, formats=True),
    },
    "role": {
        "add": api("POST", ROLES, "roleid"),
        "modify": api("PUT", f"{ROLES}/{{roleid}}", "roleid"),
        "delete": api("DELETE", f"{ROLES}/{{roleid}}", "roleid"),
        "list": api("GET", ROLES, formats=True),
    },
    "acl": {
        "modify": api("PUT", ACL, "path", fixed={"delete": 0}),
        "delete": api("PUT", ACL, "path", fixed={"delete": 1}),
        "list": api("GET", ACL, formats=True),
    },
    "realm": {
        "add": api("POST", DOMAINS, "realm"),
        "modify": api("PUT", f"{DOMAINS}/{{realm}}", "realm"),
        "delete": api("DELETE", f"{DOMAINS}/{{realm}}", "realm"),
        "list": api("GET", DOMAINS, formats=True),
        "sync": api("POST", f"{DOMAINS}/{{realm}}/sync", "realm"),
    },
    "pool": {
        "add": api("POST", POOLS, "poolid"),
        "modify": api("PUT", POOLS, "poolid"),
        "delete": api("DELETE", POOLS, "poolid"),
        "list": api("GET", POOLS, formats=True),
    },
    "ticket": api("POST", "/access/ticket", "username", show=_show_ticket, **_ASKED_PASSWORD),
    "passwd": api("PUT", "/access/password", "userid", **_NEW_PASSWORD),
    "useradd": Alias("user add"),
    "usermod": Alias("user modify"),
    "userdel": Alias("user delete"),
    "groupadd": Alias("group add"),
    "groupmod": Alias("group modify"),
    "groupdel": Alias("group delete"),
    "roleadd": Alias("role add"),
    "rolemod": Alias("role modify"),
    "roledel": Alias("role delete"),
    "aclmod": Alias("acl modify"),
    "acldel": Alias("acl delete"),
}
