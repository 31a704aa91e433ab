"""The API's methods, one module per area; importing this package registers the routes of all of them."""

from __future__ import annotations

import importlib
import pkgutil

from fakes.pve.http import ROUTES, Route


def load_routes() -> dict[tuple[str, str], Route]:
    """All registered routes by verb and path, every module of this package imported."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    return ROUTES
