"""Network cards of containers: the text of ``netN``.

Source: observed configurations of PVE 8.4.1; the name first, the other keys sorted, always with address and type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fakes.pve.datacenter import Datacenter
from fakes.pve.guestkeys import Value
from fakes.pve.lxc.formats import properties_of, values_of
from fakes.pve.nets import KEYS, is_net_key, new_mac
from fakes.pve.propertystrings import format_properties


@dataclass(frozen=True, slots=True)
class Card:
    """One network card; `options` as texts, booleans "1" or "0"."""

    key: str
    options: Mapping[str, str]

    @property
    def name(self) -> str:
        """Its name inside the container, e.g. ``eth0``."""
        return self.options.get("name", "")

    @property
    def bridge(self) -> str | None:
        return self.options.get("bridge")

    @property
    def mac(self) -> str:
        return self.options.get("hwaddr", "")

    @property
    def tag(self) -> int | None:
        """The VLAN of the card, None where it is not tagged."""
        return int(self.options["tag"]) if "tag" in self.options else None

    @property
    def is_connected(self) -> bool:
        return self.bridge is not None and self.options.get("link_down") != "1"

    def with_mac(self, mac: str) -> Card:
        """The same card with another address."""
        return Card(self.key, {**self.options, "hwaddr": mac})


def parse_card(key: str, text: Value) -> Card:
    """Read a card such as ``name=eth0,bridge=vmbr0,hwaddr=02:DE:20:00:00:01,ip=dhcp``; nothing is checked here."""
    return Card(key, {**values_of(key, str(text)), "type": "veth"})


def format_card(card: Card) -> str:
    """The text of a card as Proxmox prints it."""
    return format_properties(properties_of(card.key), card.options)


def cards(section: Mapping[str, Value]) -> Iterator[Card]:
    """The cards of a section in the order of their numbers."""
    return (parse_card(key, section[key]) for key in KEYS if key in section)


def settled_card(datacenter: Datacenter, key: str, text: Value) -> str:
    """A card as it is stored: reprinted, with a generated address where it had none."""
    card = parse_card(key, text)
    return format_card(card if card.mac else card.with_mac(new_mac(datacenter)))


def renew_cards(datacenter: Datacenter, section: dict[str, Value]) -> None:
    """Give every card of a copied configuration an address of its own."""
    for key in filter(is_net_key, list(section)):
        section[key] = format_card(parse_card(key, section[key]).with_mac(new_mac(datacenter)))
