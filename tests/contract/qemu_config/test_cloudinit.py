"""Cloud-init settings and the documents made from them."""

from __future__ import annotations

from tests.contract.client import Pve
from tests.contract.qemu_config.guest import GUESTS, change, config, create

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f walk@example.test"
ENCODED = KEY.replace(" ", "%20").replace("@", "%40") + "%0A"


def dump(pve: Pve, kind: str) -> str:
    return str(pve.get(f"{GUESTS}/100/cloudinit/dump", {"type": kind}).data)


def test_the_password_is_masked(pve: Pve) -> None:
    create(pve, cipassword="secret")

    assert config(pve)["cipassword"] == "**********"


def test_a_change_hashes_the_password(pve: Pve) -> None:
    create(pve)

    change(pve, cipassword="secret")

    stored = pve.datacenter.cfs.read("nodes/hv01/qemu-server/100.conf") or ""
    assert "cipassword: $5$" in stored


def test_a_hash_is_kept_as_it_is(pve: Pve) -> None:
    create(pve)

    change(pve, cipassword="$5$GUVWJC8t$kMHx4O")

    assert "password: $5$GUVWJC8t$kMHx4O\n" in dump(pve, "user")


def test_the_user_document(pve: Pve) -> None:
    create(pve, name="web", searchdomain="lab.test", ciuser="ansible", sshkeys=ENCODED, ciupgrade=0)

    assert dump(pve, "user") == (
        "#cloud-config\nhostname: web\nmanage_etc_hosts: true\nfqdn: web.lab.test\nuser: ansible\n"
        f"ssh_authorized_keys:\n  - {KEY}\nchpasswd:\n  expire: False\nusers:\n  - default\n"
    )


def test_without_a_search_domain_the_full_name_is_the_name(pve: Pve) -> None:
    create(pve, name="web")

    assert "fqdn: web\n" in dump(pve, "user")


def test_a_name_with_dots_is_the_full_name(pve: Pve) -> None:
    create(pve, name="web.lab.test", searchdomain="other.test")

    assert dump(pve, "user").startswith("#cloud-config\nhostname: web\nmanage_etc_hosts: true\nfqdn: web.lab.test\n")


def test_the_network_document(pve: Pve) -> None:
    create(
        pve,
        net0="virtio=BC:24:11:C6:1F:40,bridge=vmbr0",
        ipconfig0="ip=192.0.2.50/24,gw=192.0.2.1,ip6=auto",
        nameserver="192.0.2.53",
        searchdomain="lab.test",
    )

    assert dump(pve, "network") == (
        "version: 1\nconfig:\n    - type: physical\n      name: eth0\n      mac_address: 'bc:24:11:c6:1f:40'\n"
        "      subnets:\n      - type: static\n        address: '192.0.2.50'\n        netmask: '255.255.255.0'\n"
        "        gateway: '192.0.2.1'\n      - type: ipv6_slaac\n    - type: nameserver\n      address:\n"
        "      - '192.0.2.53'\n      search:\n      - 'lab.test'\n"
    )


def test_without_name_servers_the_nodes_are_used(pve: Pve) -> None:
    create(pve)

    assert dump(pve, "network") == (
        "version: 1\nconfig:\n    - type: nameserver\n      address:\n      - '192.0.2.1'\n      search:\n"
        "      - 'example.test'\n"
    )


def test_windows_guests_get_an_interfaces_file(pve: Pve) -> None:
    create(pve, ostype="win11", net0="virtio", ipconfig0="ip=dhcp")

    assert dump(pve, "network").endswith("auto eth0\niface eth0 inet dhcp\n")


def test_the_settings_leave_addresses_out(pve: Pve) -> None:
    create(pve, ciuser="ansible", cipassword="secret", ipconfig0="ip=dhcp", ciupgrade=0)

    rows = pve.get(f"{GUESTS}/100/cloudinit").data

    assert rows == [{"key": "cipassword", "value": "**********"}, {"key": "ciuser", "value": "ansible"}]


def test_a_new_image_of_a_locked_guest_is_refused(pve: Pve) -> None:
    create(pve, ide2="local-lvm:cloudinit", lock="backup")

    answer = pve.put(f"{GUESTS}/100/cloudinit")

    assert (answer.status, answer.reason) == (500, "VM is locked (backup)")
