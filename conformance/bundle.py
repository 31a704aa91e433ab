"""The folder a run leaves behind: reports, snapshots, inputs, and a manifest that hashes them all."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from conformance.inputs import inputs_of, run_from
from conformance.report import FORMATS
from conformance.report.json import json_bytes
from conformance.results import Results, conclude
from conformance.snapshot import Snapshot
from fixtures.errors import ConfigError, LabError, Problem
from fixtures.register import Register

MANIFEST = "manifest.json"
INPUTS = "inputs.json"
SCHEMA = "labctl/manifest/1"


def files_of(results: Results) -> dict[str, bytes]:
    """Every file of the bundle but the manifest, by its path."""
    files = {name: render(results) for name, render in FORMATS.items()}
    files[INPUTS] = json_bytes(inputs_of(results.run))
    for case in results.run.cases:
        snapshot = case.subject.snapshot
        files[f"snapshots/{_file_name(snapshot.node)}.json"] = json_bytes(snapshot.data)
    return files


def _file_name(node: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]|^\.", "_", node)


def manifest_of(results: Results, files: Mapping[str, bytes]) -> dict[str, Any]:
    """The manifest: what made the bundle, and the hash of each file."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "labctl", "version": version("labctl")},
        "site": results.run.site,
        "target": results.run.target,
        "as_of": results.run.as_of.isoformat(),
        "verdict": results.judgement.decision,
        "register": {"count": results.register.count, "sha256": results.register.sha256},
        "files": {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)},
    }


def write_bundle(results: Results, folder: Path) -> None:
    """Write the bundle; each file appears whole, the manifest last. Files of an earlier bundle there are removed."""
    files = files_of(results)
    try:
        earlier = _listed(folder)
        for name, content in files.items():
            write_file(folder / name, content)
        write_file(folder / MANIFEST, json_bytes(manifest_of(results, files)))
        for name in earlier - files.keys():
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise LabError(Problem(str(error.filename or folder), error.strerror or str(error))) from None


def _listed(folder: Path) -> set[str]:
    """The files that a manifest in the folder names, if they are inside the folder."""
    try:
        data = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    names = data.get("files") if isinstance(data, dict) and data.get("schema") == SCHEMA else None
    return {name for name in names or () if _is_inside(name)}


def _is_inside(name: str) -> bool:
    path = Path(name)
    return not path.is_absolute() and ".." not in path.parts


def write_file(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def verify_bundle(folder: Path, register: Register) -> list[Problem]:
    """What is wrong with a bundle: files that differ, are missing or unlisted, or a judgement that comes out otherwise.

    Raises ConfigError where the folder is no bundle at all.
    """
    manifest = _json(folder / MANIFEST)
    names = manifest.get("files")
    if manifest.get("schema") != SCHEMA or not isinstance(names, dict):
        raise ConfigError(Problem(str(folder / MANIFEST), f"not a manifest ({SCHEMA})"))
    problems = _hash_problems(folder, names)
    if problems:
        return problems
    recorded = manifest.get("register", {}).get("sha256")
    if recorded != register.sha256:
        what = f"judged by the register {str(recorded)[:12]}, this is {register.sha256[:12]}"
        return [Problem(MANIFEST, what, "verify it with the version that made it")]
    again = conclude(run_from(_json(folder / INPUTS), _snapshots(folder, names)), register)
    files = files_of(again)
    differing = [name for name in sorted({*names, *files}) if _content(folder / name) != files.get(name)]
    problems = [Problem(name, "judging the inputs again gives another content") for name in differing]
    if manifest != manifest_of(again, files) and not problems:
        problems.append(Problem(MANIFEST, "says something else than the inputs", "was it made by another version?"))
    return problems


def _hash_problems(folder: Path, names: Mapping[str, Any]) -> list[Problem]:
    problems = []
    for name, wanted in sorted(names.items()):
        content = _content(folder / name) if _is_inside(name) else None
        if content is None:
            problems.append(Problem(name, "listed in the manifest but not there"))
        elif hashlib.sha256(content).hexdigest() != wanted:
            problems.append(Problem(name, "changed since the manifest was written"))
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return problems + [Problem(name, "not listed in the manifest") for name in sorted(there - {*names, MANIFEST})]


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(Problem(str(path), error.strerror or str(error), "name the folder of a report")) from None
    except ValueError as error:
        raise ConfigError(Problem(str(path), f"not JSON: {error}")) from None
    if not isinstance(data, dict):
        raise ConfigError(Problem(str(path), "not a JSON object"))
    return data


def _snapshots(folder: Path, names: Mapping[str, Any]) -> dict[str, Snapshot]:
    found = [Snapshot(_json(folder / name)) for name in names if name.startswith("snapshots/")]
    return {snapshot.node: snapshot for snapshot in found}
