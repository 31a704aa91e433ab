"""Notification endpoints and matchers."""

from __future__ import annotations

import hashlib

import pytest

from tests.contract.client import Answer, Pve

NOTIFICATIONS = "/cluster/notifications"
SENDMAIL = f"{NOTIFICATIONS}/endpoints/sendmail"
GOTIFY = f"{NOTIFICATIONS}/endpoints/gotify"
WEBHOOK = f"{NOTIFICATIONS}/endpoints/webhook"
MATCHERS = f"{NOTIFICATIONS}/matchers"
WRONG_DIGEST = "0" * 64


def refused(answer: Answer) -> tuple[int, str]:
    assert answer.errors == {}
    return answer.status, answer.reason


def test_root_gets_all_mail_from_the_beginning(pve: Pve) -> None:
    target = {"name": "mail-to-root", "origin": "builtin", "type": "sendmail"}

    assert pve.get(f"{NOTIFICATIONS}/targets").data == [{**target, "comment": "Send mails to root@pam's email address"}]
    assert pve.get(f"{MATCHERS}/default-matcher").data["target"] == ["mail-to-root"]


def test_an_unknown_endpoint_is_a_real_404(pve: Pve) -> None:
    assert refused(pve.get(f"{GOTIFY}/nope")) == (404, "endpoint 'nope' not found")


def test_an_endpoint_of_another_type_is_not_found(pve: Pve) -> None:
    assert refused(pve.put(f"{GOTIFY}/mail-to-root", {"comment": "x"})) == (404, "endpoint 'mail-to-root' not found")


def test_names_are_shared_between_endpoints_and_matchers(pve: Pve) -> None:
    pve.post(MATCHERS, {"name": "x1"})

    answer = pve.post(SENDMAIL, {"name": "x1", "mailto": "a@example.test"})

    assert refused(answer) == (400, "Cannot create 'x1', an entity with the same name already exists")


def test_a_mail_endpoint_needs_a_recipient(pve: Pve) -> None:
    answer = pve.post(SENDMAIL, {"name": "s1"})

    assert refused(answer) == (400, "must at least provide one recipient, either in mailto or in mailto-user")


def test_a_token_is_kept_in_the_private_file_only(pve: Pve) -> None:
    pve.post(GOTIFY, {"name": "got", "server": "https://gotify.example.test", "token": "secret-token"})

    assert pve.datacenter.cfs.read("priv/notifications.cfg") == "gotify: got\n\ttoken secret-token\n"
    assert "secret-token" not in (pve.datacenter.cfs.read("notifications.cfg") or "")
    assert "token" not in pve.get(f"{GOTIFY}/got").data


def test_the_names_of_a_webhooks_secrets_come_back(pve: Pve) -> None:
    params = {"name": "w1", "method": "post", "url": "https://hook.example.test", "secret": "name=t,value=c2VjcmV0"}
    pve.post(WEBHOOK, params)

    pve.put(f"{WEBHOOK}/w1", {"secret": "name=t"})

    assert pve.get(f"{WEBHOOK}/w1").data["secret"] == ["name=t"]
    assert pve.datacenter.cfs.read("priv/notifications.cfg") == "webhook: w1\n\tsecret name=t,value=c2VjcmV0\n"


def test_the_file_holds_the_builtin_entities_too(pve: Pve) -> None:
    pve.post(MATCHERS, {"name": "m1", "match-severity": "error", "comment": "errors"})

    text = pve.datacenter.cfs.read("notifications.cfg") or ""
    assert text.startswith("matcher: default-matcher\n\tcomment Route all notifications to mail-to-root\n\tmode all\n")
    assert text.endswith("\n\nmatcher: m1\n\tcomment errors\n\tmatch-severity error\n")


def test_the_digest_is_the_sha256_of_the_file(pve: Pve) -> None:
    pve.post(MATCHERS, {"name": "m1"})

    text = pve.datacenter.cfs.read("notifications.cfg") or ""
    assert pve.get(f"{MATCHERS}/m1").data["digest"] == hashlib.sha256(text.encode()).hexdigest()


def test_a_stale_digest_is_a_400(pve: Pve) -> None:
    answer = pve.put(f"{SENDMAIL}/mail-to-root", {"comment": "x", "digest": WRONG_DIGEST})

    assert refused(answer) == (400, "detected modified configuration - file changed by other user? Try again.")


def test_a_changed_builtin_is_as_new_after_it_was_deleted(pve: Pve) -> None:
    pve.put(f"{SENDMAIL}/mail-to-root", {"disable": 1})
    changed = pve.get(f"{SENDMAIL}/mail-to-root").data

    pve.delete(f"{SENDMAIL}/mail-to-root")

    assert (changed["origin"], changed["disable"]) == ("modified-builtin", 1)
    assert pve.get(f"{SENDMAIL}/mail-to-root").data["origin"] == "builtin"


def test_an_endpoint_in_use_is_not_deleted(pve: Pve) -> None:
    pve.post(SENDMAIL, {"name": "s1", "mailto": "a@example.test"})
    pve.post(MATCHERS, {"name": "x2", "target": "s1"})

    assert refused(pve.delete(f"{SENDMAIL}/s1")) == (400, "cannot delete 's1', referenced by: x2")


def test_several_recipients_are_a_list(pve: Pve) -> None:
    pve.post(SENDMAIL, {"name": "s1", "mailto": ["a@example.test", "b@example.test"]})

    assert pve.get(f"{SENDMAIL}/s1").data["mailto"] == ["a@example.test", "b@example.test"]


def test_only_optional_options_can_be_deleted(pve: Pve) -> None:
    pve.post(GOTIFY, {"name": "g1", "server": "https://g.example.test", "token": "t"})

    answer = pve.put(f"{GOTIFY}/g1", {"delete": "server"})

    assert refused(answer) == (500, "error: unknown variant `server`, expected `comment` or `disable`")


def test_a_matcher_needs_targets_that_exist(pve: Pve) -> None:
    assert refused(pve.post(MATCHERS, {"name": "x1", "target": "nope"})) == (404, "endpoint 'nope' does not exist")


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"match-severity": "terrible"}, "error: invalid severity terrible"),
        ({"match-field": "type"}, "error: could not apply filter: invalid match-field statement: type"),
        ({"match-field": "regex:a=("}, "error: could not apply filter: invalid regex: regex parse error:"),
        (
            {"match-calendar": "mon..fri 8..17"},
            "error: could not parse schedule: unable to parse daily duration at '..17' - Nom(Tag)",
        ),
    ],
)
def test_a_matcher_says_what_it_cannot_read(pve: Pve, params: dict[str, str], problem: str) -> None:
    assert refused(pve.post(MATCHERS, {"name": "x1", **params})) == (500, problem)


@pytest.mark.parametrize("calendar", ["mon..fri 8:00-17:00", "8-17", "sat,sun 0:00-23:59"])
def test_a_matcher_may_ask_for_a_time_of_day(pve: Pve, calendar: str) -> None:
    assert pve.post(MATCHERS, {"name": "x1", "match-calendar": calendar}).status == 200


def test_a_regular_expression_is_shown_with_its_fault(pve: Pve) -> None:
    answer = pve.post(MATCHERS, {"name": "x1", "match-field": "regex:host=ab)"})

    assert (answer.message or "").endswith("regex parse error:\n    ab)\n      ^\nerror: unopened group\n")


def test_a_test_needs_an_address(pve: Pve) -> None:
    answer = pve.post(f"{NOTIFICATIONS}/targets/mail-to-root/test")
    pve.put("/access/users/root@pam", {"email": "root@example.test"})

    assert answer.status == 500
    assert answer.reason.endswith("no recipients provided for the mail, cannot send it.")
    assert pve.post(f"{NOTIFICATIONS}/targets/mail-to-root/test").status == 200


def test_the_values_of_a_field_name_backup_jobs_and_nodes(pve: Pve) -> None:
    pve.post("/cluster/backup", {"id": "nightly", "schedule": "02:30", "all": 1, "comment": "n"})

    rows = pve.get(f"{NOTIFICATIONS}/matcher-field-values").data

    assert {"field": "job-id", "value": "nightly", "comment": "n"} in rows
    assert {"field": "hostname", "value": "hv01"} in rows
