"""No DNS, DHCP or NAT on the management node: neither by its guests nor by itself."""

from __future__ import annotations

import re

from conformance.checks import check
from conformance.facts import Facts
from conformance.findings import Claim, Outcome, all_of
from conformance.snapshot import Guest

# fmt: off
SERVICE_WORDS = frozenset({
    "dns", "dhcp", "nat", "pihole", "adguard", "unbound", "bind",
    "dnsmasq", "kea", "opnsense", "pfsense", "vyos", "gateway",
})
# fmt: on
SERVICE_GROUPS = frozenset({"dns_servers", "dhcp_servers", "routers"})
CORE_ROLES = frozenset({"core", "edge"})
BETWEEN_WORDS = re.compile(r"[-_.\d]+")


@check(
    "SEP-02",
    expects="no DNS, DHCP or NAT by a guest or by the node itself",
    reads=("guests", "host_services"),
    hint="these services belong on the core router; a stopped guest counts, for it could be started",
)
def no_core_services(facts: Facts) -> Outcome:
    """DNS, DHCP and NAT are left to the core router."""
    guests = facts.guests
    by_guests = [Claim(None, "the guests are not known")] if guests is None else [_plain(g, facts) for g in guests]
    return all_of((*_own_services(facts), *by_guests))


def _plain(guest: Guest, facts: Facts) -> Claim:
    marks = _service_marks(guest, facts)
    if marks:
        return Claim(False, f"{guest.label}: {', '.join(marks)}")
    if guest.name is None or guest.tags is None or facts.inventory is None:
        return Claim(None, f"name, tags or inventory entry of {guest.label} not known")
    return Claim(True, "")


def _service_marks(guest: Guest, facts: Facts) -> list[str]:
    host = facts.host_named(guest.name)
    marks = [f"inventory group {name}" for name in sorted(host.groups & SERVICE_GROUPS)] if host else []
    if host and host.form == "vm" and host.env_role in CORE_ROLES:
        marks.append(f"inventory role {host.env_role}")
    marks += [f"tag {tag}" for tag in guest.tags or () if tag.casefold() in SERVICE_WORDS]
    words = BETWEEN_WORDS.split((guest.name or "").casefold())
    return marks + [f"name says {word}" for word in words if word in SERVICE_WORDS]


def _own_services(facts: Facts) -> tuple[Claim, ...]:
    active = facts.snapshot.texts("host_services.active_netservices")
    return (
        Claim(
            None if active is None else not active,
            "services of the node not known" if active is None else f"active on the node: {', '.join(active) or '-'}",
        ),
        _absent(facts, "host_services.masquerade", "masquerading or SNAT on the node"),
        _absent(facts, "host_services.sdn_dhcp_or_snat", "SDN zone with DHCP or subnet with SNAT"),
    )


def _absent(facts: Facts, path: str, what: str) -> Claim:
    found = facts.snapshot.flag(path)
    if found is None:
        return Claim(None, f"{what}: not known")
    return Claim(not found, f"{what}: {'yes' if found else 'no'}")


TERRAFORM_TAGS = frozenset({"terraform", "opentofu", "tofu"})
TERRAFORM_LINES = ("managed by terraform", "managed by opentofu")


@check(
    "PROV-03",
    expects="no mark of Terraform or OpenTofu on guests, in files or among API users",
    reads=("guests", "host_services.terraform_files", "api_principals"),
    hint="management guests are made by Ansible only",
)
def no_terraform(facts: Facts) -> Outcome:
    """Terraform is kept out of the management plane."""
    guests = facts.guests
    if guests is None:
        by_guests = [Claim(None, "the guests are not known")]
    else:
        by_guests = [_not_by_terraform(guest) for guest in guests]
    files = facts.snapshot.texts("host_services.terraform_files")
    principals = facts.snapshot.texts("api_principals")
    marked = [name for name in principals or () if re.search("terraform|tofu", name, re.IGNORECASE)]
    return all_of(
        (
            *by_guests,
            Claim(None if files is None else not files, _listed("Terraform files", files)),
            Claim(
                None if principals is None else not marked,
                _listed("API users of Terraform", None if principals is None else marked),
            ),
        )
    )


def terraform_marks(guest: Guest) -> list[str]:
    """The traces of Terraform or OpenTofu on a guest."""
    marks = [f"tag {tag}" for tag in guest.tags or () if tag.casefold() in TERRAFORM_TAGS]
    lines = [line.strip() for line in (guest.description or "").splitlines()]
    return marks + [f"description {line!r}" for line in lines if line.casefold().startswith(TERRAFORM_LINES)]


def _not_by_terraform(guest: Guest) -> Claim:
    if marks := terraform_marks(guest):
        return Claim(False, f"{guest.label}: {', '.join(marks)}")
    if guest.tags is None or guest.description is None:
        return Claim(None, f"tags or description of {guest.label} not known")
    return Claim(True, "")


def _listed(what: str, found: tuple[str, ...] | list[str] | None) -> str:
    return f"{what}: {'not known' if found is None else ', '.join(found) or 'none'}"
