"""Which of the API's methods the fake carries out, and how."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from fakes.pve.api import load_routes
from fakes.pve.http import KINDS
from fakes.pve.schema import Schema

MISSING = "501"
MEANINGS = {
    "stateful": "changes what the lab holds",
    "read": "answers from what the lab holds",
    "fixed": "answers what a node always answers",
    "refusal": "refuses as a node without that subsystem does",
    MISSING: "checks the request, then says that it is not simulated",
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """One method of the API; `kind` is a key of `MEANINGS`."""

    verb: str
    path: str
    kind: str


def coverage(schema: Schema) -> list[Coverage]:
    """All methods of a table, by path and verb."""
    routes = load_routes()
    rows = []
    for verb, path in schema.methods:
        route = routes.get((verb, path))
        rows.append(Coverage(verb, path, route.kind if route is not None else MISSING))
    return sorted(rows, key=lambda row: (row.path, row.verb))


def counts(rows: list[Coverage]) -> dict[str, int]:
    """How many methods there are of each kind."""
    found = Counter(row.kind for row in rows)
    return {kind: found[kind] for kind in (*KINDS, MISSING)}
