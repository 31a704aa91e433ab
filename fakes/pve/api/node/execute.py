"""Several API calls in one request."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import orjson

from fakes.pve.call import Call
from fakes.pve.http import ROUTES, ApiError, Download, Paged, ParameterError, Rendered, route
from fakes.pve.params import verify
from fakes.pve.permissions import Permissions


@route("POST", "/nodes/{node}/execute")
def execute(call: Call) -> list[dict[str, Any]]:
    """One answer per command, in their order; a command that fails does not keep the others from running."""
    return [_answer(call, command) for command in json.loads(call.params["commands"])]


def _answer(call: Call, command: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"status": 200, "data": _data(_run(call, command))}
    except ApiError as error:
        errors = {"errors": error.errors} if error.errors else {}
        return {"status": error.status, "message": f"{error.message}\n", **errors}


def _run(call: Call, command: dict[str, Any]) -> Any:
    verb, path = str(command.get("method", "")), str(command.get("path", ""))
    found = call.schema.find(path if path.startswith("/") else f"/{path}")
    method = found[0].methods.get(verb) if found else None
    if found is None or method is None:
        raise ApiError(500, f"no handler for '{path}'")
    arguments: dict[str, Any] = dict(command.get("args") or {})
    for name in arguments:
        if name in found[1]:
            raise ParameterError({name: "duplicate parameter"})
    given = {**arguments, **found[1]}
    if call.user:
        Permissions(call.datacenter.access, call.user, given).check(method.permission)
    params = verify(call.schema, method, given)
    inner = replace(call, method=method, params=params, given=given)
    handler = ROUTES.get((verb, method.path))
    if handler is None:
        raise inner.missing_handler()
    return handler.handler(inner)


def _data(result: Any) -> Any:
    """The plain data of what a handler gives."""
    if isinstance(result, Paged):
        return result.data
    if isinstance(result, Rendered):
        return orjson.loads(result.data)
    return result.body.decode("utf-8", "replace") if isinstance(result, Download) else result
