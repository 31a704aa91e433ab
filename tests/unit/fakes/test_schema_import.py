"""Schema tables made from a node's API description, here one of a small version of our own making."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fakes.pve.http import ParameterError
from fakes.pve.params import verify
from fakes.pve.schema import DEFAULT_TABLE, Schema
from fakes.pve.schema_import import Imported, SchemaImportError, import_schema

KNOWN = json.loads(DEFAULT_TABLE.read_text(encoding="utf-8"))
TREE: list[dict[str, Any]] = [
    {
        "path": "/boxes",
        "text": "boxes",
        "leaf": 0,
        "info": {
            "GET": {
                "method": "GET",
                "name": "list_boxes",
                "parameters": {"additionalProperties": 0, "properties": {}},
                "permissions": {"user": "all", "description": "Everybody."},
                "returns": {
                    "type": "array",
                    "items": {"type": "object", "properties": {"box": {"type": "string", "description": "id"}}},
                    "links": [{"rel": "child", "href": "{box}"}],
                },
            }
        },
        "children": [
            {
                "path": "/boxes/{box}",
                "text": "{box}",
                "leaf": 1,
                "info": {
                    "POST": {
                        "method": "POST",
                        "name": "fill_box",
                        "protected": 1,
                        "allowtoken": 0,
                        "proxyto": "node",
                        "permissions": {"check": ["perm", "/vms/{box}", ["VM.Config.Disk"]]},
                        "parameters": {
                            "additionalProperties": 0,
                            "properties": {
                                "box": {"type": "integer", "format": "pve-vmid", "minimum": 100, "maximum": 999},
                                "net[n]": {"type": "string", "optional": 1, "format": "pve-bridge-id"},
                                "spoon[n]": {"type": "string", "optional": 1},
                                "lid": {
                                    "type": "string",
                                    "optional": 1,
                                    "typetext": "[colour=]<red|blue>",
                                    "format": {
                                        "colour": {"type": "string", "enum": ["red", "blue"], "default_key": 1},
                                        "tight": {"type": "boolean", "optional": 1, "default": 0},
                                    },
                                },
                                "notes": {"type": "string", "optional": 1, "format": "future-format"},
                            },
                        },
                        "returns": {"type": "null"},
                    },
                    "DELETE": {
                        "method": "DELETE",
                        "name": "burn_box",
                        "parameters": {"properties": {"box": {"type": "integer"}}},
                        "returns": {"type": "null"},
                    },
                },
            }
        ],
    }
]
VIEWER = f"const apiSchema = {json.dumps(TREE, indent=3)}\n;\n\nlet method2cmd = {{ GET: 'get' }};\n"


@pytest.fixture
def imported() -> Imported:
    return import_schema(VIEWER, KNOWN, version="9.9.9", repoid="abcdef12")


@pytest.fixture
def schema(imported: Imported) -> Schema:
    return Schema(json.loads(json.dumps(imported.table)))


def test_every_method_of_the_tree_is_in_the_table(imported: Imported) -> None:
    assert {path: sorted(verbs) for path, verbs in imported.table["paths"].items()} == {
        "/boxes": ["GET"],
        "/boxes/{box}": ["DELETE", "POST"],
    }
    assert (imported.table["version"], imported.table["repoid"]) == ("9.9.9", "abcdef12")


def test_permissions_keep_what_is_checked(schema: Schema) -> None:
    assert schema.methods["GET", "/boxes"].permission == {"user": "all"}
    assert schema.methods["POST", "/boxes/{box}"].permission == ["perm", "/vms/{box}", ["VM.Config.Disk"]]
    assert schema.methods["DELETE", "/boxes/{box}"].permission is None


def test_flags_of_a_method_are_kept(schema: Schema) -> None:
    method = schema.methods["POST", "/boxes/{box}"]

    assert (method.is_protected, method.allows_token, method.proxy_to) == (True, False, "node")
    assert not method.allows_additional
    assert schema.methods["DELETE", "/boxes/{box}"].allows_additional


def test_an_index_keeps_the_name_of_its_links(schema: Schema) -> None:
    assert schema.methods["GET", "/boxes"].returns["child"] == "{box}"


def test_numbered_parameters_are_as_many_as_in_the_known_table(schema: Schema) -> None:
    params = schema.methods["POST", "/boxes/{box}"].params

    assert "net0" in params
    assert "net31" in params
    assert "net32" not in params


def test_what_is_not_known_is_assumed_and_said(imported: Imported) -> None:
    assert imported.assumptions == [
        "format future-format is not known, so any text passes",
        "POST /boxes/{box}: spoon[n] stands for spoon[0-31]",
    ]


def test_an_inline_format_is_checked(schema: Schema) -> None:
    method = schema.methods["POST", "/boxes/{box}"]

    with pytest.raises(ParameterError) as caught:
        verify(schema, method, {"box": "101", "lid": "green,tight=2"})

    assert sorted((caught.value.errors or {})["lid"].splitlines()) == [
        "invalid format - format error",
        "lid.colour: value 'green' does not have a value in the enumeration 'red, blue'",
        "lid.tight: type check ('boolean') failed - got '2'",
    ]


def test_bounds_of_a_parameter_are_checked(schema: Schema) -> None:
    method = schema.methods["POST", "/boxes/{box}"]

    with pytest.raises(ParameterError) as caught:
        verify(schema, method, {"box": "1000"})

    assert caught.value.errors == {"box": "value must have a maximum value of 999"}


def test_the_tree_alone_gives_the_same_table(imported: Imported) -> None:
    assert import_schema(json.dumps(TREE), KNOWN, version="9.9.9", repoid="abcdef12").table == imported.table


def test_facts_become_a_table_with_their_own_version() -> None:
    facts = {"version": "8.4.1", "repoid": "2a5f", "counts": {}, "paths": KNOWN["paths"], "formats": KNOWN["formats"]}

    imported = import_schema(json.dumps(facts), KNOWN, version="unknown")

    assert imported.table == {**KNOWN, "repoid": "2a5f"}


@pytest.mark.parametrize("text", ["", "no schema here", '{"paths": {}}', "[1, 2]", "const apiSchema = [ {"])
def test_a_text_without_an_api_description_is_refused(text: str) -> None:
    with pytest.raises(SchemaImportError, match="no API description found"):
        import_schema(text, KNOWN, version="1")
