"""The simulated core router: reservations first, then the pool, and the same address for the same MAC."""

from __future__ import annotations

import pytest

from fakes.router import CoreRouter
from fixtures.site import load_site

METRICS = "02:DE:20:03:00:01"


@pytest.fixture
def router() -> CoreRouter:
    return CoreRouter(load_site("dvntm").inventory)


def test_a_reserved_mac_gets_its_address_whatever_its_letters(router: CoreRouter) -> None:
    assert router.lease(METRICS, None, "metrics-vm01") == "10.20.99.31"
    assert router.lease(METRICS.lower(), None, "metrics-vm01") == "10.20.99.31"


def test_a_stranger_gets_the_first_free_address_and_keeps_it(router: CoreRouter) -> None:
    first = router.lease("bc:24:11:00:00:01", None, "a")
    second = router.lease("bc:24:11:00:00:02", None, "b")

    assert (first, second) == ("10.20.99.100", "10.20.99.101")
    assert router.lease("bc:24:11:00:00:01", None, "a") == first


def test_a_tag_chooses_the_segment(router: CoreRouter) -> None:
    assert router.lease("bc:24:11:00:00:01", 50, "tenant") == "10.20.50.100"


def test_a_segment_without_dhcp_gives_nothing(router: CoreRouter) -> None:
    assert router.lease("bc:24:11:00:00:01", 20, "storage") is None


def test_an_unknown_vlan_gives_nothing(router: CoreRouter) -> None:
    assert router.lease("bc:24:11:00:00:01", 4000, "lost") is None


def test_an_exhausted_pool_gives_nothing(router: CoreRouter) -> None:
    given = [router.lease(f"bc:24:11:00:01:{number:02x}", None, "x") for number in range(102)]

    assert len({address for address in given if address}) == 101
    assert given[-1] is None


def test_leases_say_whether_they_are_reserved(router: CoreRouter) -> None:
    router.lease(METRICS, None, "metrics-vm01")
    router.lease("bc:24:11:00:00:01", None, "a")

    assert [lease.is_reserved for lease in router.leases] == [True, False]
