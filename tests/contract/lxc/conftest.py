"""Containers that the tests of this area begin with."""

from __future__ import annotations

import pytest

from fakes.pve.storage import volumes
from tests.contract.client import Pve
from tests.contract.lxc.container import create


@pytest.fixture
def node(pve: Pve) -> Pve:
    """A node with a container template in its storage "local"."""
    store = volumes(pve.datacenter, pve.node)
    store.write_file("local", "vztmpl", "debian-12-standard_12.7-1_amd64.tar.zst", b"a template")
    return pve


@pytest.fixture
def ct(node: Pve) -> Pve:
    """The same node with container 200 ("web"), unprivileged, with one network card."""
    create(node, hostname="web", net0="name=eth0,bridge=vmbr0,hwaddr=02:DE:20:00:02:00,ip=dhcp", unprivileged=1)
    return node


@pytest.fixture
def running(ct: Pve) -> Pve:
    """The same node after 200 was started."""
    assert ct.task(ct.post("/nodes/hv01/lxc/200/status/start").data) == "OK"
    return ct


@pytest.fixture
def folder(ct: Pve) -> Pve:
    """The same node with a directory storage "dirct" for containers."""
    added = ct.post("/storage", {"storage": "dirct", "type": "dir", "path": "/srv/ct", "content": "rootdir,images"})
    assert added.status == 200, added.reason
    return ct


@pytest.fixture
def template(ct: Pve) -> Pve:
    """The same node after 200 became a template."""
    assert ct.post("/nodes/hv01/lxc/200/template").status == 200
    return ct
