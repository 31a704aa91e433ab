"""The API's methods, one module per area; importing this package registers the routes of all of them."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from pathlib import Path

from fakes.pve.http import ROUTES, Route

_DECLARED = re.compile(r'^@route\(\s*"([A-Z]+)",\s*"([^"]+)"', re.MULTILINE)


@cache
def load_routes() -> dict[tuple[str, str], Route]:
    """All registered routes by verb and path, every module of this package imported."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    return ROUTES


def load_route(verb: str, path: str) -> None:
    """Register the route of one method: only the area that declares it is imported, for a quick start."""
    area = _areas().get((verb, path))
    if area is None or path.endswith("/execute"):
        # A route whose path is put together as its module runs, or one that calls others.
        load_routes()
        return
    for module in pkgutil.iter_modules([str(Path(__path__[0], *area))], ".".join([__name__, *area, ""])):
        if not module.ispkg:
            importlib.import_module(module.name)


@cache
def _areas() -> dict[tuple[str, str], tuple[str, ...]]:
    """The sub-package that declares each route, as the source texts say."""
    folder = Path(__path__[0])
    return {
        (verb, path): file.parent.relative_to(folder).parts
        for file in folder.rglob("*.py")
        for verb, path in _DECLARED.findall(file.read_text(encoding="utf-8"))
    }
