"""Named formats in Proxmox's words."""

from __future__ import annotations

import pytest

from fakes.pve.formats import FormatError
from fakes.pve.params import UNKNOWN, check_format
from fakes.pve.propertystrings import PropertyError
from fakes.pve.schema import load_schema


def problem(name: str, text: str) -> str | None:
    """What is wrong with a text of a format, None where nothing is."""
    try:
        check_format(load_schema(), name, text, "x")
    except FormatError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pve-vmid", "100"),
        ("pve-node", "hv01"),
        ("CIDRv4", "10.20.99.0/24"),
        ("IPorCIDR", "10.20.99.95"),
        ("IPorCIDRorAlias", "dc/builder"),
        ("email-opt", ""),
        ("email-opt", "a+b@example.test"),
        ("pve-storage-id", "local-lvm-big-thin"),
        ("pve-storage-content-list", "iso, vztmpl"),
        ("storage-pair-list", "local:other,local-lvm:local"),
        ("pve-vlan-id-or-range-list", "2 10-20"),
        ("pve-cpuset", "0,5,8-11"),
        ("pve-replication-job-id", "100-0"),
        ("pve-startup-order", "order=1,up=30"),
        ("pve-tag-list", "a;b-1,c"),
        ("pve-storage-portal-dns", "nas.example.test:3260"),
        ("mac-addr", "02:DE:20:00:00:01"),
        ("pve-fw-addr-spec", "10.20.0.0/16,10.30.0.1"),
        ("pve-fw-addr-spec", "+dc/tenants"),
        ("pve-fw-dport-spec", "22,80:90,https"),
        ("pve-fw-protocol-spec", "udp"),
        ("pve-phys-bits", "host"),
        ("pve-ct-timezone", "Europe/Vienna"),
        ("pve-acme-domain", "*.example.test"),
        ("backup-fleecing", "enabled=1,storage=local-lvm"),
        ("prune-backups", "keep-last=3,keep-all=0"),
    ],
)
def test_what_is_right_passes(name: str, text: str) -> None:
    assert problem(name, text) is None


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("pve-vmid", "99", "value does not look like a valid VM ID\n"),
        ("pve-configid", "s", "invalid configuration ID 's'\n"),
        ("CIDR", "10.0.0.0/7", "value does not look like a valid CIDR network\n"),
        ("CIDRv4", "10.0.0.0", "value does not look like a valid IPv4 CIDR network\n"),
        ("IPorCIDR", "10.0.0", "value does not look like a valid IP address or CIDR network\n"),
        ("IPorCIDR", "192.0.2.1/40", "Prefix length 40 is longer than IP address (32)\n"),
        ("IPorCIDR", "128.0.0.1/1", f"Invalid prefix 1{'0' * 30}1/1\n"),
        ("pve-storage-id", "1bad", "storage ID '1bad' contains illegal characters\n"),
        ("pve-storage-content-list", "iso,nope", "invalid content type 'nope'\n"),
        ("pve-storage-path", "relative", "value does not look like a valid absolute path\n"),
        ("pve-vlan-id-or-range-list", "20-10", "VLAN range must go from lower to higher tag '20-10'\n"),
        ("pve-vlan-id-or-range-list", "1", "invalid VLAN tag '1'\n"),
        ("pve-sdn-zone-id", "toolongzone", "zone ID 'toolongzone' can't be more length than 8 characters\n"),
        ("pve-replication-job-id", "x1", "invalid replication job id 'x1'\n"),
        ("pve-tag-list", "a;b c;!", "invalid characters in tag\n"),
        ("pve-startup-order", "soon", "unable to parse startup options\n"),
        ("mac-addr", "01:00:00:00:00:01", "value does not look like a valid unicast MAC address\n"),
        ("pve-ct-timezone", "Mars/Base", "invalid time zone 'Mars/Base'\n"),
        ("disk-size", "4Q", "value does not look like a valid disk size: 4Q\n"),
        ("pve-priv-list", "VM.Audit,Nope", "invalid privilege 'Nope'\n"),
        ("address", "a b", "value does not look like a valid address: a b\n"),
        ("backup-fleecing", "enabled=1", "'storage' parameter is required when 'enabled' is set\n"),
        ("prune-backups", "keep-all=1,keep-last=2", "keep-all cannot be set together with other options.\n"),
        ("pve-fw-addr-spec", "999.1.1.1", "invalid IP address: Invalid quad in IP address 999.1.1.1 - 999\n"),
        ("pve-fw-addr-spec", "10.0.0.1,fe80::1", "detected mixed ipv4/ipv6 address list\n"),
        ("pve-fw-addr-spec", "10.0.0.1-10.0.0.9,10.1.0.1", "you can't use a range in a list\n"),
        ("pve-fw-addr-spec", "10.0.0.1,", "extraneous commas in list\n"),
        ("pve-fw-dport-spec", "70000", "invalid port '70000'\n"),
        ("pve-fw-dport-spec", "90:80", "backwards range '90:80' not allowed, did you mean '80:90'?\n"),
        ("pve-fw-protocol-spec", "tcpp", "unknown protocol 'tcpp'\n"),
        ("pve-fw-icmp-type-spec", "nope", "unknown icmp-type 'nope'\n"),
        ("storage-pair", "1x", "entry '1x' contains invalid ID - storage ID '1x' contains illegal characters\n\n\n"),
    ],
)
def test_what_is_wrong_is_refused_in_proxmox_words(name: str, text: str, words: str) -> None:
    assert problem(name, text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("virtio,tag=4095", "format error\nx.tag: value must have a maximum value of 4094\n"),
        ("virtio,bridge=a,bridge=b", "duplicate key in comma-separated list property: bridge\n"),
        ("virtio,e1000", "duplicate key in comma-separated list property: model\n"),
        ("virtio,=1", "missing key in comma-separated list property\n"),
        ("bridge=vmbr0", "format error\nx.model: property is missing and it is not optional\n"),
        ("virtio,foo=1", f"format error\nx.foo: {UNKNOWN}\n"),
    ],
)
def test_a_property_string_is_refused_with_each_problem(text: str, words: str) -> None:
    assert problem("inline:create_vm.net[n]", text) == words


def test_an_error_about_a_property_string_is_a_format_error() -> None:
    with pytest.raises(PropertyError, match="duplicate key"):
        check_format(load_schema(), "bwlimit", "move=1,move=2", "x")
