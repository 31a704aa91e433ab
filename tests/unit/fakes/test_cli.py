"""`labctl pve serve` and `labctl pve schema import` where they refuse, and a table that is made and loaded."""

from __future__ import annotations

import json
import socket
from pathlib import Path

from click.testing import CliRunner

from fakes.cli import pve
from fakes.pve.schema import load_schema
from fakes.serve_cli import is_loopback, split_address

TREE = [
    {
        "path": "/version",
        "info": {"GET": {"name": "version", "permissions": {"user": "all"}, "parameters": {"additionalProperties": 0}}},
    }
]


def test_an_imported_table_can_be_loaded(tmp_path: Path) -> None:
    viewer = tmp_path / "apidoc.js"
    viewer.write_text(f"const apiSchema = {json.dumps(TREE)};\n", encoding="utf-8")

    result = CliRunner().invoke(pve, ["schema", "import", str(viewer), "--version", "9.1.2"])

    assert result.exit_code == 0, result.output
    assert result.output.strip() == f"{tmp_path / 'apidoc.table.json'}: 1 paths, 1 methods, 0 formats"
    assert load_schema(tmp_path / "apidoc.table.json").version == "9.1.2"


def test_a_file_without_an_api_description_is_a_usage_error(tmp_path: Path) -> None:
    other = tmp_path / "other.js"
    other.write_text("alert(1)\n", encoding="utf-8")

    result = CliRunner().invoke(pve, ["schema", "import", str(other)])

    assert result.exit_code == 2
    assert "no API description found" in result.output


def test_serving_with_a_file_that_is_no_table_is_a_usage_error(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("{}", encoding="utf-8")

    result = CliRunner().invoke(pve, ["serve", "--schema", str(other)])

    assert result.exit_code == 2
    assert "labctl/pve-schema/1" in result.output


def test_a_port_in_use_is_a_usage_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"

        result = CliRunner().invoke(pve, ["serve", "--listen", address])

    assert result.exit_code == 2
    assert f"cannot listen on {address}" in result.output


def test_an_address_needs_no_port() -> None:
    assert split_address("127.0.0.1") == ("127.0.0.1", 8006)
    assert split_address("[::1]:9000") == ("::1", 9000)


def test_loopback_is_told_from_other_addresses() -> None:
    assert is_loopback("127.0.0.5")
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")
