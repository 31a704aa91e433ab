"""The architecture as data: who may import whom, what the top level holds, which modules may be long."""

from collections.abc import Mapping
from typing import Final

# What a package may import of ours. A longer name wins over the package it is in.
MAY_IMPORT: Final[Mapping[str, frozenset[str]]] = {
    "fixtures": frozenset(),
    "fakes": frozenset({"fixtures"}),
    "sim": frozenset({"fakes", "fixtures"}),
    "conformance": frozenset({"fixtures"}),
    "steps": frozenset({"conformance", "fixtures"}),
    "features": frozenset({"steps"}),
    "conftest": frozenset({"conformance", "fixtures", "steps"}),
}

# The same, but only inside a function or for the type checker: what stands behind a target is loaded when it is opened.
MAY_IMPORT_LAZILY: Final[Mapping[str, frozenset[str]]] = {
    "conformance.targets": frozenset({"fakes", "sim"}),
    # It compares the scenarios with the step definitions, which it can only know by loading them.
    "conformance.commands.trace": frozenset({"steps"}),
}

# Libraries that only the named modules (or packages) may import.
ONLY_IN: Final[Mapping[str, frozenset[str]]] = {
    "libvirt": frozenset({"sim.connection"}),
    "pydantic": frozenset({"fixtures"}),
    "yaml": frozenset({"fixtures", "conformance", "fakes", "sim"}),
    "requests": frozenset({"fakes", "conformance", "sim"}),
    "responses": frozenset({"fakes", "conformance.targets"}),
    "aiohttp": frozenset({"fakes"}),
}

TOP_LEVEL: Final = frozenset(
    {
        "features",
        "steps",
        "fakes",
        "sim",
        "conformance",
        "fixtures",
        "tests",
        "docs",
        "conftest.py",
        "pyproject.toml",
        "README.md",
        "Makefile",
        "LICENSE",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
    }
)

# Hidden, and still part of the project.
HIDDEN: Final = frozenset({".ci", ".gitignore"})

# Made here and never committed: no rule looks at it.
GENERATED: Final = frozenset({"build", "dist", "out", "reports", "__pycache__"})

CODE: Final = ("fixtures", "fakes", "sim", "conformance", "steps", "features")

LONGEST_MODULE: Final = 300

# Modules that may be longer, each with its reason.
MAY_BE_LONGER: Final[Mapping[str, str]] = {}

# Words that say nothing about what a thing is; the second set is refused for modules and folders only.
EMPTY_NAMES: Final = frozenset({"util", "utils", "helper", "helpers", "manager", "managers", "base"})
EMPTY_MODULE_NAMES: Final = EMPTY_NAMES | {"common", "misc"}

# Patterns that no text of the repository holds; written so that they do not match themselves.
UNWANTED_TEXTS: Final[Mapping[str, str]] = {
    "work left for later": r"\b(?:TO[D]O|FIX[M]E|XX[X])\b|(?i:not implemented[ ]yet)",
    "a path of the machine it was written on": (
        r"(?<![\w.:/-])/(?:wor[k]|tmp/pla[n])/|\bshare[d]/(?:reference|seeds|tools)\b"
    ),
}
