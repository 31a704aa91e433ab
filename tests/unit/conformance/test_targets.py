"""Targets by name, and what the read-only ones will not do."""

import pytest

from conformance.audit import live_run
from conformance.results import conclude
from conformance.targets import open_target, opened, target_names
from conformance.targets.hardware import HardwareTarget
from fixtures.errors import LabError
from fixtures.register import load_register
from fixtures.site import load_site
from tests.unit.conformance.cases import TODAY, snapshot_of


@pytest.fixture(scope="module")
def site():
    return load_site("dvntm")


def test_targets_are_found_by_their_module():
    assert target_names() == ("fake", "hardware", "server", "sim", "snapshot")


def test_an_unknown_target_is_refused(site):
    with pytest.raises(LabError, match="did you mean hardware"):
        open_target("hardwear", site)


def test_the_hardware_is_never_disposable(site, monkeypatch):
    monkeypatch.setenv("LABCTL_API_TOKEN", "auditor@pve!ro=secret")

    assert open_target("hardware", site).offers == {"ssh", "api"}


def test_without_a_token_the_hardware_offers_no_api(site, monkeypatch):
    monkeypatch.delenv("LABCTL_API_TOKEN", raising=False)
    target = open_target("hardware", site)

    assert target.offers == {"ssh"}
    with pytest.raises(LabError, match="user@realm!name=secret"):
        target.api("hv01")


@pytest.mark.parametrize(("given", "user"), [(None, "root"), ("auditor", "auditor"), ("-", None)])
def test_the_account_is_root_or_as_told(given, user, site, monkeypatch):
    monkeypatch.delenv("LABCTL_SSH_USER", raising=False)
    if given is not None:
        monkeypatch.setenv("LABCTL_SSH_USER", given)

    endpoint = HardwareTarget(site).endpoint("hv01")

    assert (endpoint.user, endpoint.host) == (user, site.nodes["hv01"].ip)


def test_a_snapshot_runs_nothing(site):
    target = open_target("snapshot", site, snapshots=[snapshot_of("G01")])

    assert target.nodes() == ("hv01",)
    assert target.offers == frozenset()
    with pytest.raises(LabError, match="runs no commands"):
        target.host("hv01")


def test_a_snapshot_target_gives_back_what_was_collected(site):
    with opened("snapshot", site, snapshots=[snapshot_of("G01"), snapshot_of("G02")]) as target:
        results = conclude(live_run(site, target, (), TODAY), load_register())

    assert {finding.verdict for finding in results.findings if finding.requirement == "OS-02"} == {"pass"}


def test_a_node_without_a_snapshot_is_unreachable(site):
    with opened("snapshot", site, snapshots=[snapshot_of("G01")]) as target:
        results = conclude(live_run(site, target, (), TODAY), load_register())

    assert "hv02 was not looked at in this run" in results.judgement.reasons


def test_a_lab_that_does_not_run_says_how_to_start_it(site):
    pytest.importorskip("libvirt", reason="libvirt-python is not installed")

    with pytest.raises(LabError, match="labctl sim up"):
        open_target("sim", site, uri="test:///default").open()
