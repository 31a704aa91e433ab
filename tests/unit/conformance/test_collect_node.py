"""A node from all channels: what each adds, what it may not claim, and that none of them is ever raised."""

from datetime import UTC, datetime

import pytest
import requests
from proxmoxer.core import AuthenticationError, ResourceException

from conformance.collect.api import Token, ask_api, fill_in
from conformance.collect.node import Channels, collect_node
from conformance.collect.output import Output
from conformance.collect.ssh import SshError
from fixtures.errors import LabError, Problem
from tests.unit.conformance.recordings import outputs_of

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
VERSION = {"version": "8.4.1", "release": "8.4", "repoid": "2a5fa54a8503f96d"}


class RecordedRunner:
    """Answers from a recording; its auditor's clock goes one second per question."""

    def __init__(self, name, **changes):
        self.outputs = {**outputs_of(name), **changes}
        self.time = 1000.0
        self.closed = False

    def run(self, probes):
        known = {**self.outputs, "date": Output(0, "1000.7\n")}
        return {probe.name: known.get(probe.name, Output(127)) for probe in probes}

    def now(self):
        self.time += 1
        return self.time - 1

    def close(self):
        self.closed = True


class RecordedApi:
    """Looks like proxmoxer: answers by path, an exception is raised."""

    def __init__(self, answers):
        self.answers = answers

    def __call__(self, path):
        return _Path(self.answers.get(path, ResourceException(501, "Not Implemented", "")))


class _Path:
    def __init__(self, answer):
        self.answer = answer

    def get(self, **params):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def collected(name="hv01", api=None, webui=None, **changes):
    runner = RecordedRunner(name, **changes)
    channels = Channels(
        shell=lambda: runner,
        api=None if api is None else lambda: RecordedApi(api),
        webui=None if webui is None else lambda: webui,
        labels={"site": "dvntm", "role": "management"},
    )
    return collect_node("hv01", channels, now=lambda: NOON)


def test_a_snapshot_is_labelled_and_dated():
    data = collected().data

    assert {key: data[key] for key in ("schema", "node", "site", "role", "collected_at", "rung")} == {
        "schema": "labctl/snapshot/1",
        "node": "hv01",
        "site": "dvntm",
        "role": "management",
        "collected_at": "2026-11-21T12:00:00Z",
        "rung": "hardware",
    }


def test_the_clock_is_compared_with_the_middle_of_two_looks():
    assert collected().number("clock.offset_s") == pytest.approx(0.2)


def test_a_clock_without_an_answer_is_unknown():
    snapshot = collect_node("hv01", Channels(shell=lambda: NoClock("hv01")), now=lambda: NOON)

    assert snapshot.raw("clock.offset_s") is None
    assert snapshot.missing["clock.offset_s"] == "date: no time in the output"


class NoClock(RecordedRunner):
    def run(self, probes):
        return {name: output for name, output in super().run(probes).items() if name != "date"}


def test_the_session_is_closed():
    runner = RecordedRunner("hv01")

    collect_node("hv01", Channels(shell=lambda: runner), now=lambda: NOON)

    assert runner.closed


def test_without_a_token_the_api_is_not_tried():
    snapshot = collected()

    assert snapshot.data["reachable"] == {"ssh": True, "api": None}
    assert "LABCTL_API_TOKEN" in snapshot.missing["pve.api_version"]


def test_the_api_adds_what_only_it_knows():
    snapshot = collected(api={"version": VERSION})

    assert snapshot.data["reachable"] == {"ssh": True, "api": True}
    assert (snapshot.text("api_auth"), snapshot.text("pve.api_version")) == ("ok", "8.4.1")
    assert snapshot.text("pve.pveversion_text") is not None


def test_what_ssh_saw_stays():
    facts = {"cpu": {"threads": 8}, "guests": []}

    fill_in(facts, {"cpu": {"threads": 4, "cores": 4, "flags": None}, "guests": [1], "memory": {"memtotal_kib": 1}})

    assert facts == {"cpu": {"threads": 8, "cores": 4}, "guests": [], "memory": {"memtotal_kib": 1}}


@pytest.mark.parametrize(
    ("error", "auth"),
    [
        (ResourceException(401, "no such token", ""), "401"),
        (AuthenticationError("Couldn't authenticate user"), "401"),
        (ResourceException(595, "Connection refused", ""), None),
        (requests.ConnectionError("refused"), None),
    ],
)
def test_an_api_that_refuses_is_not_reachable(error, auth):
    snapshot = collected(api={"version": error})

    assert (snapshot.raw("reachable.api"), snapshot.raw("api_auth")) == (False, auth)
    assert snapshot.missing["reachable.api"]


def test_an_untrusted_certificate_names_the_way_out():
    snapshot = collected(api={"version": requests.exceptions.SSLError("self-signed")})

    assert "LABCTL_API_CA" in snapshot.missing["reachable.api"]


def test_the_api_alone_gives_a_whole_snapshot():
    guest = {"vmid": 101, "type": "qemu", "node": "hv01", "name": "metrics-vm01", "status": "running"}
    config = {"name": "metrics-vm01", "net0": "virtio=02:DE:20:03:00:01,bridge=vmbr0", "agent": "1", "digest": "x"}
    live = {"result": [{"ip-addresses": [{"ip-address": "10.20.99.31", "ip-address-type": "ipv4"}]}]}
    cpu = {"model": "i7-6700T", "sockets": 1, "cores": 4, "cpus": 8, "flags": "vmx aes"}
    api = RecordedApi(
        {
            "version": VERSION,
            "nodes": [{"node": "hv01"}],
            "nodes/hv01/status": {"cpuinfo": cpu, "memory": {"total": 33529192448}},
            "nodes/hv01/disks/list": [{"devpath": "/dev/nvme0n1", "size": 1000204886016, "type": "nvme", "model": "S"}],
            "nodes/hv01/hardware/pci": [{"iommugroup": 0}, {"iommugroup": 1}, {"iommugroup": -1}],
            "nodes/hv01/network": [{"iface": "vmbr0", "address": "10.20.99.21", "gateway": "10.20.99.1"}],
            "cluster/status": [{"type": "node", "name": "hv01"}],
            "cluster/ha/resources": [],
            "storage": [{"storage": "local", "type": "dir", "path": "/var/lib/vz"}],
            "cluster/resources": [guest],
            "nodes/hv01/qemu/101/config": config,
            "nodes/hv01/qemu/101/agent/network-get-interfaces": live,
            "access/users": [{"userid": "root@pam"}],
        }
    )

    def no_shell():
        raise SshError(Problem("ssh://hv01", "Connection refused"))

    snapshot = collect_node("hv01", Channels(shell=no_shell, api=lambda: api), now=lambda: NOON)

    assert snapshot.data["reachable"] == {"ssh": False, "api": True}
    assert snapshot.raw("cpu.threads") == 8
    assert snapshot.raw("memory.memtotal_kib") == 32743352
    assert snapshot.raw("iommu.groups") == 2
    assert snapshot.raw("net.default_gateways") == ["10.20.99.1"]
    assert snapshot.data["guests"][0]["live_ipv4"] == ["10.20.99.31"]
    assert snapshot.raw("ha") == {"resources": []}
    assert snapshot.raw("dmi") is None
    assert snapshot.raw("mac_prefix") is None


def test_an_address_that_ssh_did_not_get_comes_from_the_api():
    guest = {"vmid": 101, "type": "qemu", "node": "hv01", "name": "metrics-vm01", "status": "running"}
    live = {"result": [{"ip-addresses": [{"ip-address": "10.20.99.31", "ip-address-type": "ipv4"}]}]}
    answers = {
        "version": VERSION,
        "cluster/resources": [guest],
        "nodes/hv01/qemu/101/config": {"name": "another", "agent": "1"},
        "nodes/hv01/qemu/101/agent/network-get-interfaces": live,
    }

    snapshot = collected(api=answers)

    metrics = snapshot.data["guests"][0]
    assert (metrics["name"], metrics["live_ipv4"]) == ("metrics-vm01", ["10.20.99.31"])
    assert "guests.101.live_ipv4" not in snapshot.missing
    assert snapshot.missing["guests.104.live_ipv4"] == "command not found on the node"


def test_a_list_that_the_api_refuses_is_missing_not_empty():
    answer = ask_api(
        RecordedApi({"version": VERSION, "storage": ResourceException(403, "Permission check failed", "")}), "hv01"
    )

    assert "storage" not in answer.facts
    assert answer.missing["storage"] == "GET /storage: 403 Permission check failed"


def test_a_shell_that_breaks_off_is_unreachable():
    class Broken(RecordedRunner):
        def run(self, probes):
            raise LabError("the connection was lost")

    snapshot = collect_node("hv01", Channels(shell=lambda: Broken("hv01")), now=lambda: NOON)

    assert snapshot.raw("reachable.ssh") is False
    assert snapshot.missing["reachable.ssh"] == "the connection was lost"


def test_an_api_beside_a_debian_is_somebody_elses():
    snapshot = collected("debian12", api={"version": VERSION})

    assert snapshot.raw("pve.api_version") is None
    assert snapshot.raw("reachable.api") is None


def test_a_web_interface_beside_a_debian_is_somebody_elses():
    snapshot = collected("debian12", webui=({"open": True, "http_status": 200}, ""))

    assert snapshot.raw("webui") is None
    assert "not installed" in snapshot.missing["webui"]


def test_a_closed_port_of_a_debian_is_a_fact():
    assert collected("debian12", webui=({"open": False, "http_status": None}, "")).raw("webui.open") is False


def test_a_token_comes_from_the_environment():
    token = Token.from_environment({"LABCTL_API_TOKEN": "auditor@pve!ro=6a1c-secret", "LABCTL_API_CA": "/etc/ca.pem"})

    assert token is not None
    assert (token.user, token.name, token.secret, token.verify) == ("auditor@pve", "ro", "6a1c-secret", "/etc/ca.pem")
    assert "secret" not in repr(token)


def test_no_token_is_no_error():
    assert Token.from_environment({}) is None


@pytest.mark.parametrize("text", ["auditor@pve=x", "auditor!ro=x", "auditor@pve!ro", "a b@pve!ro=x"])
def test_a_malformed_token_is_named(text):
    with pytest.raises(LabError, match="user@realm!name=secret"):
        Token.from_environment({"LABCTL_API_TOKEN": text})
