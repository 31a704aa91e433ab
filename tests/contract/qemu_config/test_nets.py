"""Network devices: how they are printed and where their addresses come from."""

from __future__ import annotations

import re

from tests.contract.client import Pve
from tests.contract.qemu_config.guest import change, config, create


def test_a_device_is_printed_with_its_address_first_and_the_rest_sorted(pve: Pve) -> None:
    create(pve, net0="tag=5,virtio=02:de:20:00:00:01,firewall=yes,bridge=vmbr0")

    assert config(pve)["net0"] == "virtio=02:de:20:00:00:01,bridge=vmbr0,firewall=1,tag=5"


def test_the_long_form_becomes_the_short_one(pve: Pve) -> None:
    create(pve, net0="model=e1000,bridge=vmbr0,macaddr=02:DE:20:00:00:02")

    assert config(pve)["net0"] == "e1000=02:DE:20:00:00:02,bridge=vmbr0"


def test_a_generated_address_has_proxmoxs_prefix(pve: Pve) -> None:
    create(pve, net0="virtio,bridge=vmbr0")

    assert re.fullmatch(r"virtio=BC:24:11(:[0-9A-F]{2}){3},bridge=vmbr0", config(pve)["net0"])


def test_the_datacenter_chooses_the_prefix(pve: Pve) -> None:
    pve.put("/cluster/options", {"mac_prefix": "02:AB:CD"})

    create(pve, net0="virtio,bridge=vmbr0")

    assert config(pve)["net0"].startswith("virtio=02:AB:CD:")


def test_setting_a_device_without_address_makes_a_new_one(pve: Pve) -> None:
    create(pve, net0="virtio,bridge=vmbr0")
    before = config(pve)["net0"]

    change(pve, net0="virtio,bridge=vmbr0")

    assert config(pve)["net0"] != before


def test_a_bridge_need_not_exist(pve: Pve) -> None:
    create(pve, net0="virtio=02:DE:20:00:00:01,bridge=vmbr77")

    assert config(pve)["net0"] == "virtio=02:DE:20:00:00:01,bridge=vmbr77"
