"""Who gets in: tickets, CSRF tokens, API tokens, and what is said to those who do not."""

from __future__ import annotations

import urllib.parse

import pytest

from fakes.pve.dispatch import Api
from fakes.pve.durations import LAB
from fakes.pve.http import Request
from fakes.pve.node import NodeFacts
from fakes.pve.seed import standalone
from tests.contract.client import Answer, Pve


def refused_at_the_door(answer: Answer, reason: str) -> bool:
    return (answer.status, answer.reason, answer.body, "Content-Type" in answer.headers) == (401, reason, b"", False)


def new_token(pve: Pve, **params: object) -> str:
    """The secret of a new token root@pam!ci."""
    return str(pve.post("/access/users/root@pam/token/ci", params or {"privsep": 0}).data["value"])


def test_without_credentials_there_is_no_ticket(pve: Pve) -> None:
    assert refused_at_the_door(pve.anonymous().get("/version"), "No ticket")


def test_the_door_comes_before_the_path(pve: Pve) -> None:
    assert refused_at_the_door(pve.anonymous().get("/nope"), "No ticket")


@pytest.mark.parametrize("ticket", ["garbage", "PVE:root@pam:00000000::AAAA", "PVE:!tfa!x:6B016B54::AAAA"])
def test_a_forged_ticket_is_refused(pve: Pve, ticket: str) -> None:
    answer = pve.with_credentials({"Cookie": f"PVEAuthCookie={ticket}"}).get("/version")

    assert refused_at_the_door(answer, "permission denied - invalid PVE ticket")


def test_a_ticket_may_be_percent_encoded(pve: Pve) -> None:
    ticket = urllib.parse.quote(pve.datacenter.door.make_ticket("root@pam"), safe="")

    assert pve.with_credentials({"Cookie": f"PVEAuthCookie={ticket}"}).get("/version").status == 200


def test_a_ticket_among_other_cookies_is_found(pve: Pve) -> None:
    ticket = pve.datacenter.door.make_ticket("root@pam")

    assert pve.with_credentials({"Cookie": f"theme=dark; PVEAuthCookie={ticket}; x=y"}).get("/version").status == 200


def test_a_ticket_may_come_in_the_authorization_header(pve: Pve) -> None:
    ticket = pve.datacenter.door.make_ticket("root@pam")

    assert pve.with_credentials({"Authorization": f"PVEAuthCookie={ticket}"}).get("/version").status == 200


def test_the_cookie_decides_over_the_authorization_header(pve: Pve) -> None:
    secret = new_token(pve)
    both = {"Cookie": "PVEAuthCookie=bad", "Authorization": f"PVEAPIToken=root@pam!ci={secret}"}

    assert refused_at_the_door(pve.with_credentials(both).get("/version"), "permission denied - invalid PVE ticket")


def test_a_ticket_lasts_two_hours(pve: Pve) -> None:
    pve.datacenter.clock.advance(2 * 3600 + 1)

    assert refused_at_the_door(pve.get("/version"), "permission denied - invalid PVE ticket")


def test_a_ticket_serves_as_password_to_renew_itself(pve: Pve) -> None:
    old = pve.datacenter.door.make_ticket("root@pam")
    pve.datacenter.clock.advance(3600)

    renewed = pve.anonymous().post("/access/ticket", {"username": "root@pam", "password": old}).data["ticket"]

    pve.datacenter.clock.advance(3600 + 1)
    assert pve.with_credentials({"Cookie": f"PVEAuthCookie={old}"}).get("/version").status == 401
    assert pve.with_credentials({"Cookie": f"PVEAuthCookie={renewed}"}).get("/version").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_change_with_a_ticket_needs_a_csrf_token(pve: Pve, method: str) -> None:
    ticket_only = pve.with_credentials({"Cookie": pve.credentials["Cookie"]})

    assert refused_at_the_door(ticket_only.call(method, "/access/groups"), "Permission denied - invalid csrf token")


def test_another_users_csrf_token_does_not_do(pve: Pve) -> None:
    other = pve.datacenter.door.make_csrf("alice@pve")

    answer = pve.with_credentials({**pve.credentials, "CSRFPreventionToken": other}).post("/access/groups")

    assert refused_at_the_door(answer, "Permission denied - invalid csrf token")


def test_an_api_token_needs_no_csrf_token(pve: Pve) -> None:
    caller = pve.with_token("root@pam!ci", new_token(pve))

    assert caller.post("/access/groups", {"groupid": "by-token"}).status == 200


def test_an_api_token_may_be_written_with_a_blank(pve: Pve) -> None:
    secret = new_token(pve)

    answer = pve.with_credentials({"Authorization": f"PVEAPIToken root@pam!ci={secret}"}).get("/version")

    assert answer.status == 200


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("PVEAPIToken=garbage", "no tokenid specified"),
        ("PVEAPIToken=root@pam!ci:secret", "no tokenid specified"),
        ("PVEAPIToken=root@pam!ci=wrong", "invalid token value!"),
        ("PVEAPIToken=root@pam!none=x", "no such token 'none' for user 'root@pam'"),
        ("PVEAPIToken=nobody@pve!ci=x", "no such user ('nobody@pve')"),
        ("Bearer xyz", "No ticket"),
        ("Basic cm9vdDpwdw==", "No ticket"),
    ],
)
def test_a_bad_authorization_header_is_refused_with_its_reason(pve: Pve, header: str, reason: str) -> None:
    new_token(pve)

    assert refused_at_the_door(pve.with_credentials({"Authorization": header}).get("/version"), reason)


def test_an_expired_token_is_refused(pve: Pve) -> None:
    soon = int(pve.datacenter.clock.now()) + 60
    caller = pve.with_token("root@pam!ci", new_token(pve, privsep=0, expire=soon))
    before = caller.get("/version").status

    pve.datacenter.clock.advance(120)

    assert before == 200
    assert refused_at_the_door(caller.get("/version"), "token 'ci' access expired")


def test_a_disabled_users_ticket_stops_working(pve: Pve) -> None:
    alice = pve.new_user("alice@pve")
    before = alice.get("/version").status

    pve.put("/access/users/alice@pve", {"enable": 0})

    assert before == 200
    assert refused_at_the_door(alice.get("/version"), "user 'alice@pve' is disabled")


def test_a_token_dies_with_its_deletion(pve: Pve) -> None:
    caller = pve.with_token("root@pam!ci", new_token(pve))
    before = caller.get("/version").status

    pve.delete("/access/users/root@pam/token/ci")

    assert before == 200
    assert refused_at_the_door(caller.get("/version"), "no such token 'ci' for user 'root@pam'")


def test_methods_for_tickets_only_refuse_tokens(pve: Pve) -> None:
    caller = pve.with_token("root@pam!ci", new_token(pve))

    answer = caller.put("/access/password", {"userid": "root@pam", "password": "new-password"})

    what = "URI '/access/password' not available with API token, need proper ticket."
    assert (answer.status, answer.reason) == (403, f"Permission check failed ({what}")
    assert answer.message == f"Permission check failed ({what}\n)\n"


def test_uploading_without_right_is_refused_at_the_door(pve: Pve) -> None:
    answer = pve.new_user("alice@pve").post("/nodes/hv01/storage/local/upload", {"content": "iso"})

    assert (answer.status, answer.reason) == (
        403,
        "Permission check failed (/storage/local, Datastore.AllocateTemplate)",
    )
    assert answer.body == b""


@pytest.mark.parametrize("path", ["/access/domains", "/access/ticket"])
def test_what_a_login_window_needs_is_open_to_everybody(pve: Pve, path: str) -> None:
    assert pve.anonymous().get(path).status == 200


def test_a_refused_login_takes_its_time_where_durations_are_real() -> None:
    slow = Api(standalone(NodeFacts("hv01"), durations=LAB))

    assert slow.handle(Request("GET", "/api2/json/version")).delay_s == 3.0


def test_a_refused_login_takes_no_time_by_default() -> None:
    quick = Api(standalone(NodeFacts("hv01")))

    assert quick.handle(Request("GET", "/api2/json/version")).delay_s == 0.0
