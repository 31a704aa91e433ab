"""Who may see and change which SDN object."""

from __future__ import annotations

from fakes.pve.call import Call
from fakes.pve.http import ApiError
from fakes.pve.sdn.config import VNETS, Kind, Object, configured

SEEN_WITH = ("SDN.Audit", "SDN.Allocate")


def acl_path(kind: Kind, name: str, one: Object) -> str:
    """The ACL path of an object; virtual networks are below their zone."""
    return f"/sdn/zones/{one.get('zone')}/{name}" if kind is VNETS else f"/sdn/{kind.name}/{name}"


def may_see(call: Call, kind: Kind, name: str, one: Object) -> bool:
    """True where an object is in the lists that the caller gets."""
    return call.allowed(acl_path(kind, name, one), *SEEN_WITH, any_of=True)


def require_vnet(call: Call, *privileges: str) -> Object:
    """The configured virtual network of the path; ApiError where there is none or none of the privileges is held."""
    name = str(call.params["vnet"])
    vnet = configured(call.datacenter, VNETS).get(name)
    if vnet is None:
        raise ApiError(500, VNETS.unknown.format(name))
    call.require(acl_path(VNETS, name, vnet), *privileges, any_of=True)
    return vnet
