"""APT repositories of a node: listing, switching on and off, adding Proxmox's own."""

from __future__ import annotations

from typing import Any

from fakes.pve.api.node.hosts import CHANGED
from fakes.pve.aptfiles import Repository, RepositoryFile, format_list, repository_files, whole_digest
from fakes.pve.call import Call
from fakes.pve.http import ApiError, route
from fakes.pve.tables.apt import BY_HANDLE, CODENAME, STANDARD, StandardRepository


@route("GET", "/nodes/{node}/apt/repositories")
def repositories(call: Call) -> dict[str, Any]:
    files = repository_files(call.node)
    return {
        "digest": whole_digest(files),
        "errors": [],
        "files": [_shown(file) for file in files],
        "infos": [info for file in files for info in _infos(file)],
        "standard-repos": [_standard(one, files) for one in STANDARD],
    }


def _shown(file: RepositoryFile) -> dict[str, Any]:
    rows = [repository.shown() for repository in file.repositories]
    return {"path": f"/{file.path}", "file-type": "list", "digest": list(file.digest), "repositories": rows}


def _infos(file: RepositoryFile) -> list[dict[str, Any]]:
    origins = ["Proxmox" if "proxmox.com" in one.uri else "Debian" for one in file.repositories]
    return [
        {"path": f"/{file.path}", "index": index, "kind": "origin", "message": origin}
        for index, origin in enumerate(origins)
    ]


def _standard(one: StandardRepository, files: list[RepositoryFile]) -> dict[str, Any]:
    """`status` is 1 or 0 for a configured repository that is on or off, and absent for one that is not configured."""
    found = [repository for file in files for repository in file.repositories if _is_same(repository, one)]
    state = {"status": int(any(repository.is_enabled for repository in found))} if found else {}
    return {"handle": one.handle, "name": one.name, "description": one.description, **state}


def _is_same(repository: Repository, one: StandardRepository) -> bool:
    return repository.uri.rstrip("/") == one.uri and one.component in repository.components


def _files_as_known(call: Call) -> list[RepositoryFile]:
    files = repository_files(call.node)
    known = call.get("digest")
    if known is not None and known != whole_digest(files):
        raise ApiError(500, CHANGED)
    return files


@route("PUT", "/nodes/{node}/apt/repositories")
def add(call: Call) -> None:
    handle = call.params["handle"]
    one = BY_HANDLE.get(handle)
    if one is None:
        known = ", ".join(f"`{name}`" for name in BY_HANDLE)
        raise ApiError(500, f"error: unknown variant `{handle}`, expected one of {known}")
    files = _files_as_known(call)
    for file in files:
        for repository in file.repositories:
            if _is_same(repository, one) and not repository.is_enabled:
                repository.is_enabled = True
                call.node.files.write(file.path, format_list(file.repositories))
                return
    # One that is there and switched on is written once more, as on a real node.
    existing = next((file.repositories for file in files if file.path == one.file), [])
    existing.append(Repository("deb", one.uri, CODENAME, [one.component]))
    call.node.files.write(one.file, format_list(existing))


@route("POST", "/nodes/{node}/apt/repositories")
def change(call: Call) -> None:
    path, index = str(call.params["path"]).lstrip("/"), call.params["index"]
    files = _files_as_known(call)
    file = next((file for file in files if file.path == path), None)
    if file is None:
        raise ApiError(500, f"invalid path - /{path}")
    if not 0 <= index < len(file.repositories):
        raise ApiError(500, f"invalid index - {index}")
    if call.get("enabled") is not None:
        file.repositories[index].is_enabled = bool(call.params["enabled"])
        call.node.files.write(path, format_list(file.repositories))
