"""The purchase bounds of a site without hardware, as a person reads them."""

from __future__ import annotations

from datetime import date

from conformance.audit import pending_run
from conformance.results import conclude
from fixtures.register import load_register
from fixtures.site import load_site


def test_a_pending_site_says_what_to_buy():
    results = conclude(pending_run(load_site("dvnt"), "fake", date(2026, 11, 21)), load_register())

    bounds = [reason for reason in results.judgement.reasons if reason.startswith("to buy for each node: ")]
    assert bounds == [
        "to buy for each node: MIN-01 memory: 32 GiB fitted, MemTotal 30 GiB or more",
        "to buy for each node: MIN-02 storage: one fixed SSD of 930 GiB or more, not on usb, iscsi or fc",
        "to buy for each node: MIN-03 processor: x86_64 with vmx switched on"
        " and cx16, lahf_lm, popcnt, sse4_1, sse4_2, ssse3, aes",
        "to buy for each node: MIN-04 network: wired, 1000 Mb/s or more, full duplex",
    ]
