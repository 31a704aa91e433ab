"""Authentication realms as `/etc/pve/domains.cfg` holds them; pam and pve are always there.

Source: realm types and options of PVE 8.4.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fakes.pve.http import ApiError
from fakes.pve.sections import Section, format_sections, parse_sections

if TYPE_CHECKING:
    from fakes.pve.datacenter import Datacenter

PATH = "domains.cfg"
_COMMENTS = {"pam": "Linux PAM standard authentication", "pve": "Proxmox VE authentication server"}
_BOOLEANS = frozenset(
    {
        *("default", "secure", "verify", "autocreate", "case-sensitive"),
        *("groups-autocreate", "groups-overwrite", "query-userinfo"),
    }
)
_LDAP_OPTIONAL = frozenset(
    {
        *("server2", "port", "secure", "sslversion", "default", "comment", "tfa", "verify", "capath", "cert"),
        *("certkey", "bind_dn", "password", "filter", "sync_attributes", "user_classes", "group_dn"),
        *("group_name_attr", "group_filter", "group_classes", "sync-defaults-options", "mode", "case-sensitive"),
    }
)
_OPENID_OPTIONAL = frozenset(
    {
        *("client-key", "autocreate", "username-claim", "prompt", "scopes", "acr-values", "default", "comment"),
        *("groups-claim", "groups-autocreate", "groups-overwrite", "query-userinfo"),
    }
)


@dataclass(frozen=True)
class RealmType:
    """The options a type of realm needs and those it may have; `fixed` ones cannot be changed later."""

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset({"default", "comment", "tfa"})
    fixed: frozenset[str] = frozenset()


REALM_TYPES: Mapping[str, RealmType] = {
    "pam": RealmType(),
    "pve": RealmType(),
    "ad": RealmType(frozenset({"server1", "domain"}), _LDAP_OPTIONAL | {"base_dn", "user_attr"}),
    "ldap": RealmType(frozenset({"server1", "base_dn", "user_attr"}), _LDAP_OPTIONAL),
    "openid": RealmType(frozenset({"issuer-url", "client-id"}), _OPENID_OPTIONAL, frozenset({"username-claim"})),
}


@dataclass(slots=True)
class Realm:
    """One realm; its options are numbers where Proxmox has numbers."""

    name: str
    type: str
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def tfa_type(self) -> str | None:
        """The second factor every user of the realm needs: oath, yubico or None."""
        found = re.search(r"type=(\w+)", str(self.options.get("tfa", "")))
        return found[1] if found else None

    @property
    def is_builtin(self) -> bool:
        return self.name in _COMMENTS


def realms(datacenter: Datacenter) -> dict[str, Realm]:
    """All realms by name; shared, not to be changed."""
    return datacenter.cfs.parsed(PATH, parse_realms)


def parse_realms(text: str) -> dict[str, Realm]:
    """The realms of a domains.cfg, the two built-in ones included; only one keeps its default mark."""
    found = {
        section.id: Realm(section.id, section.type, _typed(section))
        for section in parse_sections(text).values()
        if section.type in REALM_TYPES
    }
    for name, comment in _COMMENTS.items():
        realm = found.setdefault(name, Realm(name, name))
        realm.type = name
        realm.options.setdefault("comment", comment)
    marked = [realm for realm in found.values() if realm.options.get("default")]
    for realm in marked[1:]:
        del realm.options["default"]
    return found


def _typed(section: Section) -> dict[str, Any]:
    options: dict[str, Any] = dict(section.options)
    for key, value in section.options.items():
        if key in _BOOLEANS:
            options[key] = int(value == "1")
        elif key == "port" and value.isdigit():
            options[key] = int(value)
        elif key == "comment":
            options[key] = urllib.parse.unquote(value)
    return options


def format_realms(found: Mapping[str, Realm]) -> str:
    """The text of domains.cfg."""
    required = frozenset[str]().union(*(kind.required for kind in REALM_TYPES.values()))
    sections = [
        Section(realm.type, realm.name, {key: _line_text(key, value) for key, value in realm.options.items()})
        for realm in found.values()
    ]
    return format_sections(sections, required)


def _line_text(key: str, value: Any) -> str:
    text = str(value)
    return urllib.parse.quote(text, safe=" !\"#$%&'()*+,-./;<=>?@[\\]^_`{|}~") if key == "comment" else text


def check_options(type_name: str, options: Mapping[str, Any], *, is_new: bool) -> dict[str, Any]:
    """The options of a realm as they are stored; ApiError 500 for foreign, fixed or missing ones."""
    kind = REALM_TYPES[type_name]
    for key in options:
        if not is_new and key in kind.fixed:
            raise ApiError(500, f"can't change value of fixed parameter '{key}'")
        if key not in kind.required | kind.optional:
            raise ApiError(500, f"unexpected property '{key}'")
    if is_new:
        for key in sorted(kind.required):
            if key not in options:
                raise ApiError(500, f"missing value for required option '{key}'")
    return dict(options)
