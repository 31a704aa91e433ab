"""What the tenant page plans: judged only after the site has declared the milestone done."""

from __future__ import annotations

from conformance.checks import check
from conformance.checks.roles import TENANT_VLANS
from conformance.checks.services import terraform_marks
from conformance.facts import Facts
from conformance.findings import Claim, Outcome, all_of, not_applicable, unknown


@check("PROV-04", expects="every tenant guest marked as Terraform's", reads=("guests",))
def tenants_by_terraform(facts: Facts) -> Outcome:
    """Tenant guests are under Terraform."""
    guests = facts.guests
    if guests is None:
        return unknown("the guests are not known")
    if not guests:
        return not_applicable("no guests")
    claims = []
    for guest in guests:
        marked = bool(terraform_marks(guest))
        unseen = not marked and (guest.tags is None or guest.description is None)
        claims.append(Claim(None if unseen else marked, f"{guest.label}: {'marked' if marked else 'no mark'}"))
    return all_of(claims)


@check("PROV-05", expects='"terraform plan" ends with 0 for every tenant', reads=("terraform.plan_exit_codes",))
def no_drift_from_definitions(facts: Facts) -> Outcome:
    """The definitions of every tenant match what runs."""
    codes = facts.snapshot.raw("terraform.plan_exit_codes")
    if not isinstance(codes, dict) or not codes:
        return unknown("no plan was run")
    return all_of(Claim(code == 0, f"{tenant}: exit {code}") for tenant, code in sorted(codes.items()))


@check("VLAN-01", expects="every tenant guest on a tagged tenant VLAN", reads=("guests",))
def vlan_per_tenant(facts: Facts) -> Outcome:
    """Tenant guests sit on tagged VLANs 50 to 59."""
    guests = facts.guests
    if guests is None:
        return unknown("the guests are not known")
    if not guests:
        return not_applicable("no guests")
    return all_of(
        Claim(
            None if guest.vlan_tags is None else any(tag in TENANT_VLANS for tag in guest.vlan_tags),
            f"{guest.label}: VLAN tags {guest.vlan_tags}",
        )
        for guest in guests
    )


@check("VLAN-02", expects="routing between VLANs on the core router only", reads=("net.ip_forward",))
def routed_by_core_router(facts: Facts) -> Outcome:
    """The node does not route; the core router's rules are beyond a node's snapshot."""
    forwards = facts.snapshot.flag("net.ip_forward")
    routes = Claim(None if forwards is None else not forwards, f"ip_forward on the node: {forwards}")
    return all_of((routes, Claim(None, "the core router's rules are not part of a node's snapshot")))


@check("VLAN-03", expects="no packet passes between two tenants")
def tenants_isolated(facts: Facts) -> Outcome:
    """Isolation shows only by packets between guests."""
    return unknown(f"no packet probe between tenants of {facts.site.name} was made")


@check("VLAN-04", expects="a DHCP range for every tenant VLAN of the inventory")
def dhcp_per_tenant(facts: Facts) -> Outcome:
    """Each tenant VLAN has its own pool."""
    segments = () if facts.inventory is None else tuple(facts.inventory.vlans.values())
    tenants = [segment for segment in segments if segment.name.startswith("tenant_")]
    if not tenants:
        return unknown("the inventory names no tenant VLAN")
    return all_of(Claim(s.pool is not None, f"{s.name}: {'has a' if s.pool else 'no'} DHCP range") for s in tenants)
