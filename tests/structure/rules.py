"""The rules of the architecture: each takes the root of a tree and gives its breaches, one line each."""

import ast
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.structure.architecture import (
    CODE,
    EMPTY_MODULE_NAMES,
    EMPTY_NAMES,
    LONGEST_MODULE,
    MAY_BE_LONGER,
    MAY_IMPORT,
    MAY_IMPORT_LAZILY,
    ONLY_IN,
    TOP_LEVEL,
    UNWANTED_TEXTS,
)
from tests.structure.source import Import, Module, files, is_generated, modules

Rule = Callable[[Path], list[str]]

OURS = frozenset(CODE) | {"tests"}
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


def packages_import_only_what_the_table_allows(root: Path) -> list[str]:
    """An import of ours that the table does not know, or that belongs inside a function."""
    return [breach for module in modules(root) for used in module.imports() for breach in _forbidden(module, used)]


def _forbidden(module: Module, used: Import) -> list[str]:
    target = used.name.partition(".")[0]
    own = module.name.partition(".")[0]
    if target not in OURS or target == own:
        return []
    if target in _entry(MAY_IMPORT, module.name):
        return []
    where = f"{module.path}:{used.line}: {module.name} imports {used.name}"
    if target in _entry(MAY_IMPORT_LAZILY, module.name):
        return [] if used.lazy else [f"{where} at the top; only inside a function"]
    return [where]


def _entry(table: Mapping[str, frozenset[str]], name: str) -> frozenset[str]:
    """What the table says of the module, or else of the nearest package around it."""
    while name not in table:
        name, dot, _ = name.rpartition(".")
        if not dot:
            return frozenset()
    return table[name]


def libraries_stay_where_they_belong(root: Path) -> list[str]:
    """A library imported outside the modules that it is for."""
    return [
        f"{module.path}:{used.line}: {library} belongs in {', '.join(sorted(ONLY_IN[library]))}"
        for module in modules(root)
        for used in module.imports()
        if (library := used.name.partition(".")[0]) in ONLY_IN and not _is_within(module.name, ONLY_IN[library])
    ]


def _is_within(name: str, places: frozenset[str]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def the_top_level_holds_only_what_is_listed(root: Path) -> list[str]:
    """Something at the top of the repository that the layout does not name."""
    return [
        f"{entry.name}: not part of the top level"
        for entry in sorted(root.iterdir())
        if entry.name not in TOP_LEVEL and not is_generated(entry) and not entry.name.startswith(".")
    ]


def modules_are_short(root: Path) -> list[str]:
    """A module over the limit without a reason, or a reason that is no longer needed."""
    lengths = {module.path: module.text.count("\n") for module in modules(root, *CODE, "tests")}
    too_long = [
        f"{path}: {lines} lines, over {LONGEST_MODULE}"
        for path, lines in lengths.items()
        if lines > LONGEST_MODULE and path not in MAY_BE_LONGER
    ]
    unneeded = [
        f"{path}: listed as long for no reason" for path in MAY_BE_LONGER if 0 < lengths.get(path, 0) <= LONGEST_MODULE
    ]
    return too_long + unneeded


def modules_and_classes_are_named_for_what_they_are(root: Path) -> list[str]:
    """A module, folder or class named with a word that says nothing."""
    named = [(module.path, module.name, EMPTY_MODULE_NAMES) for module in modules(root, *CODE, "tests")]
    classes = [
        (f"{module.path}:{node.lineno}", node.name, EMPTY_NAMES)
        for module in modules(root)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    ]
    return [
        f"{where}: {name} says nothing: {', '.join(sorted(empty))}"
        for where, name, refused in named + classes
        if (empty := refused & {word.lower() for word in WORDS.findall(name)})
    ]


def modules_say_what_they_are(root: Path) -> list[str]:
    """A module with code but without a docstring."""
    return [
        f"{module.path}: no docstring"
        for module in modules(root, *CODE, "tests")
        if module.text.strip() and not ast.get_docstring(module.tree)
    ]


def texts_are_finished_and_speak_of_the_project_only(root: Path) -> list[str]:
    """A text with unfinished business or with a path of somebody's machine."""
    return [
        f"{path.relative_to(root)}:{number}: {what}: {line.strip()[:100]}"
        for path in files(root)
        for number, line in enumerate(_text(path).splitlines(), start=1)
        for what, pattern in UNWANTED_TEXTS.items()
        if re.search(pattern, line)
    ]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


RULES: tuple[Rule, ...] = (
    packages_import_only_what_the_table_allows,
    libraries_stay_where_they_belong,
    the_top_level_holds_only_what_is_listed,
    modules_are_short,
    modules_and_classes_are_named_for_what_they_are,
    modules_say_what_they_are,
    texts_are_finished_and_speak_of_the_project_only,
)
