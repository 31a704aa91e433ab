"""The interfaces of `/etc/network/interfaces` as ifupdown2 reads them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Interface:
    """One ``iface`` stanza; `address` is in CIDR form."""

    name: str
    method: str = "manual"
    options: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str | None:
        return self.options.get("address")

    @property
    def gateway(self) -> str | None:
        return self.options.get("gateway")

    @property
    def ports(self) -> tuple[str, ...]:
        ports = self.options.get("bridge-ports", self.options.get("bridge_ports", "")).split()
        return tuple(port for port in ports if port != "none")

    @property
    def is_bridge(self) -> bool:
        return "bridge-ports" in self.options or "bridge_ports" in self.options

    @property
    def is_vlan_aware(self) -> bool:
        return self.options.get("bridge-vlan-aware", self.options.get("bridge_vlan_aware", "no")) == "yes"


def parse_interfaces(text: str) -> dict[str, Interface]:
    """The stanzas of the file by interface name; a second stanza of an interface adds to the first."""
    found: dict[str, Interface] = {}
    current: Interface | None = None
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        key, _, value = line.partition(" ")
        if "\t" in key:
            key, _, value = line.partition("\t")
        if key == "iface":
            name, _family, method = [*value.split(), "", "", ""][:3]
            current = found.setdefault(name, Interface(name, method))
        elif key in ("auto", "allow-hotplug", "source", "mapping"):
            current = None
        elif current is not None:
            current.options[key] = value.strip()
    return found
