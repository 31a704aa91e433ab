"""The tables of commands against the schema: nothing in them names what a node does not have."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import pytest

from fakes.commands import PROGRAMS
from fakes.commands.definition import Command, Own
from fakes.commands.programs import TREES
from fakes.commands.synopsis import leaves
from fakes.pve.schema import Schema, load_schema


def commands() -> Iterator[tuple[str, Command]]:
    for program, module in TREES.items():
        tree = importlib.import_module(f"fakes.commands.{module}").TREE
        if isinstance(tree, Command):
            yield program, tree
            continue
        for name, command in leaves(tree):
            yield f"{program} {name}", command


ALL = dict(commands())


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema()


@pytest.mark.parametrize("name", sorted(name for name, one in ALL.items() if not isinstance(one.target, Own)))
def test_a_command_of_the_api_has_a_method_with_its_arguments(name: str, schema: Schema) -> None:
    command = ALL[name]
    assert isinstance(command.target, tuple)

    method = schema.methods[command.target]

    placed = (command.arguments,) if isinstance(command.arguments, str) else command.arguments
    assert {*placed, *command.fixed, *command.readers} <= set(method.params)


@pytest.mark.parametrize("name", sorted(name for name, one in ALL.items() if isinstance(one.target, Own)))
def test_an_own_command_uses_formats_that_the_schema_knows(name: str, schema: Schema) -> None:
    target = ALL[name].target
    assert isinstance(target, Own)

    formats = {str(spec["format"]) for spec in target.params.values() if "format" in spec}

    assert formats <= set(schema.formats)


def test_every_program_has_its_commands() -> None:
    assert {*TREES, "pvesh", "pveversion"} == set(PROGRAMS)
