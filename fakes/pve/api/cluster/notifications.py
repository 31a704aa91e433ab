"""Notification endpoints and matchers. This is the one place of the API with real 404s."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakes.pve.backup.jobs import backup_jobs
from fakes.pve.call import Call
from fakes.pve.http import ApiError, route
from fakes.pve.notifications.config import BUILTINS, ENDPOINTS, MATCHER, TYPES, EntityType, Notifications
from fakes.pve.notifications.matching import check_calendars, check_fields, check_severities
from fakes.pve.sections import Section
from fakes.pve.usercfg import ROOT

_PREFIX = "/cluster/notifications"
_MODIFIED = "detected modified configuration - file changed by other user? Try again."
_NUMBERS = ("disable", "invert-match", "port")
_LARGEST_PORT = 65535
_IN_TARGETS = ("name", "origin", "comment", "disable")


def _config(call: Call) -> Notifications:
    return Notifications(call.datacenter.cfs)


def _row(config: Notifications, one: Section) -> dict[str, Any]:
    kind = TYPES[one.type]
    row: dict[str, Any] = {"name": one.id, "origin": config.origin(one)}
    for key, value in one.options.items():
        row[key] = one.values(key) if key in kind.lists else value
        if key in _NUMBERS:
            row[key] = int(value)
    return row


def list_entities(kind: EntityType, call: Call) -> list[dict[str, Any]]:
    config = _config(call)
    return [_row(config, one) for one in config.of_type(kind.name)]


def read_entity(kind: EntityType, call: Call) -> dict[str, Any]:
    config = _config(call)
    return {**_row(config, config.find(kind.name, call.params["name"])), "digest": config.digest}


def create_entity(kind: EntityType, call: Call) -> None:
    config, name = _config(call), str(call.params["name"])
    options, secret = _options(kind, call)
    if name in config.entities:
        raise ApiError(400, f"Cannot create '{name}', an entity with the same name already exists")
    one = Section(kind.name, name, options)
    _check(kind, config, one)
    config.entities[name] = one
    _keep_secret(kind, config, name, secret)
    config.save()


def update_entity(kind: EntityType, call: Call) -> None:
    config, name = _config(call), str(call.params["name"])
    options, secret = _options(kind, call)
    deleted = _deleted(kind, call)
    one = config.find(kind.name, name)
    wanted = call.get("digest")
    if wanted and wanted != config.digest:
        raise ApiError(400, _MODIFIED)
    left = {key: value for key, value in one.options.items() if key not in deleted}
    changed = Section(kind.name, name, {**left, **options})
    _check(kind, config, changed)
    config.entities[name] = changed
    if kind.secret in deleted:
        config.secrets.pop(name, None)
    _keep_secret(kind, config, name, secret)
    config.save()


def delete_entity(kind: EntityType, call: Call) -> None:
    config, name = _config(call), str(call.params["name"])
    config.find(kind.name, name)
    users = config.users_of(name) if kind.name != MATCHER and name not in BUILTINS else []
    if users:
        raise ApiError(400, f"cannot delete '{name}', referenced by: {', '.join(users)}")
    config.remove(name)
    config.save()


def _options(kind: EntityType, call: Call) -> tuple[dict[str, str], str | None]:
    """The options as the file has them and the secret one; the names of a webhook's secrets are no secret."""
    options: dict[str, str] = {}
    for key, value in call.params.items():
        if key not in ("name", "digest", "delete") and value is not None:
            options[key] = "\n".join(value) if isinstance(value, list) else str(value)
    port = call.get("port")
    if port is not None and not 0 <= port <= _LARGEST_PORT:
        raise ApiError(500, f"error: invalid value: integer `{port}`, expected u16")
    check_severities(call.get("match-severity") or [])
    check_fields(call.get("match-field") or [])
    check_calendars(call.get("match-calendar") or [])
    secret = options.pop(kind.secret, None) if kind.secret else None
    if secret is not None and kind.name == "webhook":
        options["secret"] = "\n".join(_secret_names(secret.split("\n")))
    return options, secret


def _secret_names(entries: list[str]) -> list[str]:
    """The public part of a webhook's secrets: ``name=t`` of ``name=t,value=…``."""
    return [entry.partition(",")[0] for entry in entries]


def _deleted(kind: EntityType, call: Call) -> list[str]:
    names = [str(name) for name in call.get("delete") or []]
    for name in names:
        if name not in kind.deletable:
            known = [f"`{one}`" for one in kind.deletable]
            expected = " or ".join(known) if len(known) == 2 else f"one of {', '.join(known)}"
            raise ApiError(500, f"error: unknown variant `{name}`, expected {expected}")
    return names


def _check(kind: EntityType, config: Notifications, one: Section) -> None:
    if "mailto" in kind.lists and not (one.options.get("mailto") or one.options.get("mailto-user")):
        raise ApiError(400, "must at least provide one recipient, either in mailto or in mailto-user")
    for target in one.values("target"):
        if not config.is_endpoint(target):
            raise ApiError(404, f"endpoint '{target}' does not exist")


def _keep_secret(kind: EntityType, config: Notifications, name: str, secret: str | None) -> None:
    """Write a secret into the private file; a webhook's secret without a value keeps the one it has."""
    if kind.secret is None or secret is None:
        return
    if kind.name == "webhook":
        before = config.secrets[name].values(kind.secret) if name in config.secrets else []
        known = dict(zip(_secret_names(before), before, strict=True))
        secret = "\n".join(entry if "," in entry else known.get(entry, entry) for entry in secret.split("\n"))
    config.secrets[name] = Section(kind.name, name, {kind.secret: secret})


@route("GET", f"{_PREFIX}/targets")
def targets(call: Call) -> list[dict[str, Any]]:
    config = _config(call)
    rows = []
    for kind in ENDPOINTS:
        for one in config.of_type(kind):
            row = _row(config, one)
            shown: dict[str, Any] = {key: row[key] for key in _IN_TARGETS if key in row}
            rows.append({**shown, "type": kind})
    return rows


@route("POST", f"{_PREFIX}/targets/{{name}}/test")
def test_target(call: Call) -> None:
    """Send a test: mails go where somebody has an address; no other service is there to be reached."""
    config, name = _config(call), str(call.params["name"])
    if not config.is_endpoint(name):
        raise ApiError(404, f"endpoint '{name}' does not exist")
    one, users = config.entities[name], call.datacenter.access.users
    addresses = [*one.values("mailto"), *(users[user].email for user in one.values("mailto-user") if user in users)]
    problem = None
    if one.type != "sendmail":
        problem = "Connection refused"
    elif not any(addresses):
        problem = "no recipients provided for the mail, cannot send it."
    if problem is not None:
        raise ApiError(500, f"Could not test target: could not notify via endpoint(s): {name}: {problem}")


@route("GET", f"{_PREFIX}/matcher-fields", kind="fixed")
def matcher_fields(call: Call) -> list[dict[str, str]]:
    return [{"name": "type"}, {"name": "hostname"}, {"name": "job-id"}]


@route("GET", f"{_PREFIX}/matcher-field-values")
def matcher_field_values(call: Call) -> list[dict[str, Any]]:
    """What the fields can be: the types of notifications, the jobs that the caller may see, the nodes."""
    types = ("package-updates", "fencing", "replication", "vzdump", "system-mail")
    rows: list[dict[str, Any]] = [{"field": "type", "value": value} for value in types]
    if call.user == ROOT or call.allowed("/", "Sys.Audit"):
        for name, job in backup_jobs(call.datacenter.cfs).items():
            rows.append({"field": "job-id", "value": name, "comment": job.options.get("comment")})
    return [*rows, *({"field": "hostname", "value": name} for name in call.datacenter.nodes)]


def _serve(kind: EntityType, path: str) -> None:
    def bound(handler: Callable[[EntityType, Call], Any]) -> Callable[[Call], Any]:
        return lambda call: handler(kind, call)

    route("GET", path)(bound(list_entities))
    route("POST", path)(bound(create_entity))
    route("GET", f"{path}/{{name}}")(bound(read_entity))
    route("PUT", f"{path}/{{name}}")(bound(update_entity))
    route("DELETE", f"{path}/{{name}}")(bound(delete_entity))


for _name in ENDPOINTS:
    _serve(TYPES[_name], f"{_PREFIX}/endpoints/{_name}")
_serve(TYPES[MATCHER], f"{_PREFIX}/matchers")
