"""Second factors: TOTP and recovery codes, and logins that need them."""

from __future__ import annotations

from fakes.pve.totp import parse_totp
from tests.contract.client import Answer, Pve

URI = "otpauth://totp/lab:nina@pve?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=6&algorithm=SHA1&period=30"
LOGIN = {"username": "nina@pve", "password": "Nina-passw0rd"}


def make_nina(pve: Pve) -> None:
    pve.post("/access/users", {"userid": "nina@pve", "password": LOGIN["password"]})


def code_now(pve: Pve) -> str:
    return parse_totp(URI).code(pve.datacenter.clock.now())


def add_totp(pve: Pve) -> str:
    params = {"type": "totp", "description": "phone", "totp": URI, "value": code_now(pve)}
    return str(pve.post("/access/tfa/nina@pve", params).data["id"])


def log_in(pve: Pve, **params: str) -> Answer:
    return pve.anonymous().post("/access/ticket", {**LOGIN, **params})


def test_recovery_codes_are_shown_once(pve: Pve) -> None:
    make_nina(pve)

    codes = pve.post("/access/tfa/nina@pve", {"type": "recovery"}).data["recovery"]
    second = pve.post("/access/tfa/nina@pve", {"type": "recovery"})

    assert len(codes) == 10
    assert all(len(code) == 19 for code in codes)
    assert second.reason == "user already has recovery keys"
    assert codes[0] not in (pve.datacenter.cfs.read("priv/tfa.cfg") or "")


def test_a_login_with_recovery_codes_needs_a_second_step(pve: Pve) -> None:
    make_nina(pve)
    codes = pve.post("/access/tfa/nina@pve", {"type": "recovery"}).data["recovery"]

    first = log_in(pve).data
    second = log_in(pve, **{"tfa-challenge": first["ticket"], "password": f"recovery:{codes[3]}"})
    again = log_in(pve, **{"tfa-challenge": first["ticket"], "password": f"recovery:{codes[3]}"})

    assert first["NeedTFA"] == 1
    assert first["ticket"].startswith('PVE:!tfa!{"recovery"%3A[0,1,2,3,4,5,6,7,8,9]}:')
    assert "cap" not in first
    assert second.data["ticket"].startswith("PVE:nina@pve:")
    assert again.status == 401
    assert log_in(pve).data["ticket"].startswith('PVE:!tfa!{"recovery"%3A[0,1,2,4,5,6,7,8,9]}:')


def test_half_a_ticket_opens_nothing(pve: Pve) -> None:
    make_nina(pve)
    pve.post("/access/tfa/nina@pve", {"type": "recovery"})

    ticket = log_in(pve).data["ticket"]

    assert pve.with_credentials({"Cookie": f"PVEAuthCookie={ticket}"}).get("/version").status == 401


def test_a_totp_entry_needs_a_code_of_now(pve: Pve) -> None:
    make_nina(pve)
    params = {"type": "totp", "description": "phone", "totp": URI}

    wrong = pve.post("/access/tfa/nina@pve", {**params, "value": "000000"})
    right = pve.post("/access/tfa/nina@pve", {**params, "value": code_now(pve)})

    assert wrong.reason == "failed to verify TOTP challenge"
    entry = pve.get(f"/access/tfa/nina@pve/{right.data['id']}").data
    assert (entry["type"], entry["description"]) == ("totp", "phone")


def test_a_code_may_be_given_with_the_password(pve: Pve) -> None:
    make_nina(pve)
    add_totp(pve)

    assert log_in(pve, otp=f"totp:{code_now(pve)}").data["ticket"].startswith("PVE:nina@pve:")
    assert log_in(pve, otp="totp:000000").status == 401


def test_a_code_nobody_asked_for_is_wrong(pve: Pve) -> None:
    make_nina(pve)

    assert log_in(pve, otp="123456").status == 401


def test_a_disabled_entry_is_not_asked_for(pve: Pve) -> None:
    make_nina(pve)
    entry = add_totp(pve)

    pve.put(f"/access/tfa/nina@pve/{entry}", {"enable": 0})

    assert "NeedTFA" not in log_in(pve).data
    assert pve.get(f"/access/tfa/nina@pve/{entry}").data["enable"] == 0


def test_the_last_entry_takes_the_users_mark_with_it(pve: Pve) -> None:
    make_nina(pve)
    entry = add_totp(pve)
    marked = pve.get("/access/users/nina@pve").data["keys"]

    pve.delete(f"/access/tfa/nina@pve/{entry}")

    assert marked == "x"
    assert "keys" not in pve.get("/access/users/nina@pve").data
    assert pve.delete(f"/access/tfa/nina@pve/{entry}").reason == "no such entry"


def test_an_entry_that_is_not_there_is_a_real_404(pve: Pve) -> None:
    make_nina(pve)

    answer = pve.get("/access/tfa/nina@pve/x")

    assert (answer.status, answer.reason, answer.message) == (404, "No such tfa entry 'x'", "No such tfa entry 'x'")


def test_security_keys_need_a_configuration(pve: Pve) -> None:
    make_nina(pve)

    answer = pve.post("/access/tfa/nina@pve", {"type": "webauthn", "description": "key"})

    assert (answer.status, answer.reason) == (500, "no webauthn configuration available")


def test_others_cannot_remove_a_factor(pve: Pve) -> None:
    make_nina(pve)
    entry = add_totp(pve)

    answer = pve.new_user("otto@pve").delete(f"/access/tfa/nina@pve/{entry}", {"password": "whatever1"})

    assert (answer.status, answer.reason) == (403, "Permission check failed")


def test_a_realm_may_demand_a_second_factor(pve: Pve) -> None:
    make_nina(pve)

    pve.put("/access/domains/pve", {"tfa": "type=oath"})

    assert log_in(pve).status == 401
