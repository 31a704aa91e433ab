"""Reading a source tree: its files, its modules, and what each module imports."""

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.structure.architecture import CODE, GENERATED, HIDDEN

LOADERS = frozenset({"import_module", "__import__"})


@dataclass(frozen=True)
class Import:
    """One name that a module imports, where, and whether importing the module leaves it alone."""

    name: str
    line: int
    lazy: bool


@dataclass(frozen=True)
class Module:
    """One Python file: its path in the tree, its dotted name and its syntax tree."""

    path: str
    name: str
    text: str
    tree: ast.Module

    def imports(self) -> Iterator[Import]:
        """Every import of the module, also those written as `import_module("name")`."""
        yield from self._imports_below(self.tree, lazy=False)

    def _imports_below(self, node: ast.AST, *, lazy: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            for name in self._imported_names(child):
                yield Import(name, getattr(child, "lineno", 0), lazy)
            yield from self._imports_below(child, lazy=lazy or _runs_later(child))

    def _imported_names(self, node: ast.AST) -> list[str]:
        match node:
            case ast.Import(names=names):
                return [alias.name for alias in names]
            case ast.ImportFrom(module=module, names=names, level=level):
                origin = self._absolute(module or "", level)
                return [f"{origin}.{alias.name}" for alias in names]
            case ast.Call(func=ast.Attribute(attr=called) | ast.Name(id=called), args=[first, *_]) if called in LOADERS:
                return _leading_text(first)
            case _:
                return []

    def _absolute(self, module: str, level: int) -> str:
        if not level:
            return module
        package = self.name.split(".") if self.path.endswith("__init__.py") else self.name.split(".")[:-1]
        return ".".join([*package[: len(package) - level + 1], *filter(None, [module])])


def _runs_later(node: ast.AST) -> bool:
    """Whether importing the module leaves the body alone: a function, or a block for the type checker only."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=[]):
            return True
        case _:
            return False


def _leading_text(node: ast.expr) -> list[str]:
    """The constant start of a string expression: `"fakes.lab"`, or `"fakes."` of an f-string."""
    match node:
        case ast.Constant(value=str() as text) | ast.JoinedStr(values=[ast.Constant(value=str() as text), *_]):
            return [text]
        case _:
            return []


def is_generated(entry: Path) -> bool:
    """Whether a build or a run made this entry."""
    return entry.name in GENERATED or entry.suffix == ".egg-info"


def files(root: Path, *folders: str) -> Iterator[Path]:
    """Every file below the root, or below the named folders; nothing hidden, nothing generated."""
    for start in [root / folder for folder in folders] or [root]:
        for entry in sorted(start.iterdir()) if start.is_dir() else ():
            if is_generated(entry) or (entry.name.startswith(".") and entry.name not in HIDDEN):
                continue
            if entry.is_dir():
                yield from files(entry)
            else:
                yield entry


def modules(root: Path, *folders: str) -> Iterator[Module]:
    """The Python modules of the named folders, by default of all shipped packages and the root conftest."""
    found = [path for path in files(root, *(folders or CODE)) if path.suffix == ".py"]
    if not folders and (root / "conftest.py").is_file():
        found.append(root / "conftest.py")
    for path in found:
        relative = path.relative_to(root)
        parts = relative.with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text(encoding="utf-8")
        yield Module(str(relative), name, text, _parsed(text, str(relative)))


# Every rule reads the whole tree; it is parsed once.
@functools.cache
def _parsed(text: str, path: str) -> ast.Module:
    return ast.parse(text, filename=path)
