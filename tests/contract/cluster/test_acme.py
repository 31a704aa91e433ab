"""ACME accounts, plugins and certificates in a lab that reaches no directory."""

from __future__ import annotations

from tests.contract.client import Pve

PLUGINS = "/cluster/acme/plugins"
ACCOUNT = "/cluster/acme/account"
CERTIFICATE = "/nodes/hv01/certificates/acme/certificate"


def test_the_stand_alone_plugin_is_always_there(pve: Pve) -> None:
    assert [(row["plugin"], row["type"]) for row in pve.get(PLUGINS).data] == [("standalone", "standalone")]


def test_the_data_of_a_plugin_is_shown_decoded(pve: Pve) -> None:
    pve.post(PLUGINS, {"id": "d2", "type": "dns", "api": "cf", "data": "Q0ZfVG9rZW49eA==", "validation-delay": 30})

    found = pve.get(f"{PLUGINS}/d2").data

    assert (found["data"], found["api"], found["validation-delay"]) == ("CF_Token=x", "cf", 30)


def test_a_plugin_id_is_given_once(pve: Pve) -> None:
    answer = pve.post(PLUGINS, {"id": "standalone", "type": "standalone"})

    assert (answer.status, answer.reason) == (500, "ACME plugin ID 'standalone' already exists")


def test_a_dns_plugin_names_its_service(pve: Pve) -> None:
    answer = pve.post(PLUGINS, {"id": "d2", "type": "dns"})

    assert (answer.status, answer.reason) == (500, "missing value for required option 'api'")


def test_a_deleted_option_is_gone(pve: Pve) -> None:
    pve.post(PLUGINS, {"id": "d2", "type": "dns", "api": "cf", "validation-delay": 30})

    pve.put(f"{PLUGINS}/d2", {"delete": "validation-delay"})

    assert "validation-delay" not in pve.get(f"{PLUGINS}/d2").data


def test_registering_fails_in_the_task(pve: Pve) -> None:
    upid = pve.post(ACCOUNT, {"contact": "a@example.test"}).data

    assert pve.task(upid).startswith("Registration of ACME account failed: GET to https://acme-v02")
    assert pve.get(ACCOUNT).data == []


def test_an_unknown_account_has_no_file(pve: Pve) -> None:
    answer = pve.put(f"{ACCOUNT}/nope", {"contact": "a@example.test"})

    assert (answer.status, answer.errors) == (400, {"name": "ACME account config file 'nope' does not exist."})


def test_ordering_without_any_option_is_an_error_of_its_code(pve: Pve) -> None:
    answer = pve.post(CERTIFICATE)

    assert answer.status == 500
    assert answer.reason.startswith("Can't use an undefined value as a HASH reference")


def test_ordering_needs_an_account(pve: Pve) -> None:
    pve.put("/nodes/hv01/config", {"acmedomain0": "hv01.example.test"})

    upid = pve.post(CERTIFICATE).data

    assert pve.task(upid) == "ACME account config file 'default' does not exist."


def test_only_a_certificate_that_is_there_is_renewed(pve: Pve) -> None:
    answer = pve.put(CERTIFICATE)

    said = "No current (custom) certificate found, please order a new certificate!"
    assert (answer.status, answer.reason) == (500, said)


def test_a_certificate_is_renewed_in_its_last_month(pve: Pve) -> None:
    pem = pve.get("/nodes/hv01/certificates/info").data[1]["pem"]
    pve.datacenter.cfs.write("nodes/hv01/pveproxy-ssl.pem", pem)

    answer = pve.put(CERTIFICATE)

    said = "Certificate does not expire within the next 30 days, and 'force' is not set."
    assert (answer.status, answer.errors) == (400, {"force": said})


def test_ordering_needs_a_domain(pve: Pve) -> None:
    pve.put("/nodes/hv01/config", {"acme": "account=default"})

    answer = pve.post(CERTIFICATE)

    assert (answer.status, answer.reason) == (400, "ACME domain list in node configuration is missing!")
