"""Programs that change files: truncate, touch, cp, mv, rm, mkdir, rmdir, ln, chmod, chown, printf, tee."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fakes.host.output import Output, failed
from fakes.host.programs import program
from fakes.host.programs.files import NO_SUCH

if TYPE_CHECKING:
    from fakes.host.machine import Machine

_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "0": "\0"}


def _paths(args: list[str]) -> list[str]:
    return [arg for arg in args if not arg.startswith("-")]


def _outcome(problems: list[str]) -> Output:
    return Output(1 if problems else 0, "", "".join(f"{problem}\n" for problem in problems))


@program("truncate")
def truncate(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    found = re.fullmatch(r"-s ?(\d+)([KMG]?)", " ".join(args[:2]) if args[:1] == ["-s"] else args[0] if args else "")
    if found is None:
        return failed(1, "truncate: you must specify either '--size' or '--reference'")
    size = int(found[1]) * _UNITS[found[2]]
    problems = []
    for path in _paths(args[2:] if args[0] == "-s" else args[1:]):
        text = machine.files.read(path) or ""
        problem = machine.files.write(path, text[:size].ljust(size, "\0"))
        if problem is not None:
            problems.append(f"truncate: cannot open '{path}' for writing: {problem}")
    return _outcome(problems)


@program("touch")
def touch(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    problems = []
    for path in _paths(args):
        problem = machine.files.write(path, "", append=True)
        if problem is not None and problem != "Is a directory":
            problems.append(f"touch: cannot touch '{path}': {problem}")
    return _outcome(problems)


@program("tee")
def tee(machine: Machine, args: list[str], stdin: str) -> Output:
    problems = []
    for path in _paths(args):
        problem = machine.files.write(path, stdin, append="-a" in args)
        if problem is not None:
            problems.append(f"tee: {path}: {problem}")
    return Output(1 if problems else 0, stdin, "".join(f"{problem}\n" for problem in problems))


@program("cp")
def copy(machine: Machine, args: list[str], stdin: str) -> Output:
    """One file to another name or into a folder."""
    del stdin
    return _copied(machine, args, keeps=True)


@program("mv")
def move(machine: Machine, args: list[str], stdin: str) -> Output:
    """One file to another name or into a folder, and away from where it was."""
    del stdin
    return _copied(machine, args, keeps=False)


def _copied(machine: Machine, args: list[str], *, keeps: bool) -> Output:
    name = "cp" if keeps else "mv"
    *sources, target = _paths(args) or [""]
    if not sources:
        return failed(1, f"{name}: missing file operand")
    problems = []
    for source in sources:
        text = machine.files.read(source)
        real = machine.files.resolve(target)
        is_folder = real is not None and machine.files.kind(real) == "folder"
        place = f"{target.rstrip('/')}/{source.rsplit('/', 1)[-1]}" if is_folder else target
        if text is None:
            what = "Is a directory" if machine.files.resolve(source) else NO_SUCH
            problems.append(f"{name}: cannot stat '{source}': {what}")
            continue
        problem = machine.files.write(place, text) or (None if keeps else machine.files.delete(source))
        if problem is not None:
            problems.append(f"{name}: cannot create regular file '{place}': {problem}")
    return _outcome(problems)


@program("rm")
def remove(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    flags = {sign for arg in args if arg.startswith("-") for sign in arg[1:]}
    problems = []
    for path in _paths(args):
        inside = list(machine.files.walk(path)) if "r" in flags or "R" in flags else [path]
        files = [one for one in inside if machine.files.kind(one) != "folder"] if len(inside) > 1 else inside
        for one in files:
            problem = machine.files.delete(one)
            if problem is not None and not ("f" in flags and problem == NO_SUCH) and not (flags & {"r", "R"}):
                problems.append(f"rm: cannot remove '{one}': {problem}")
    return _outcome(problems)


@program("mkdir")
def make_folder(machine: Machine, args: list[str], stdin: str) -> Output:
    """Folders come with their first file here; only what is in the way is told."""
    del stdin
    problems = [
        f"mkdir: cannot create directory ‘{path}’: File exists"
        for path in _paths(args)
        if machine.files.kind(path) is not None and "-p" not in args
    ]
    return _outcome(problems)


@program("rmdir")
def remove_folder(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    problems = [
        f"rmdir: failed to remove '{path}': Directory not empty" for path in _paths(args) if machine.files.names(path)
    ]
    return _outcome(problems)


@program("ln")
def link(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    names = _paths(args)
    path = names[-1] if names else ""
    if machine.files.is_shared(path):
        return failed(1, f"ln: failed to create symbolic link '{path}': Function not implemented")
    return failed(1, f"ln: failed to create symbolic link '{path}': Operation not permitted")


@program("chmod", "chown")
def change_mode(machine: Machine, args: list[str], stdin: str) -> Output:
    """The cluster's file system has its own modes, which cannot be changed; elsewhere they are not kept."""
    del stdin
    names = _paths(args)
    problems = [
        f"chmod: changing permissions of '{path}': Operation not permitted"
        for path in names[1:]
        if machine.files.is_shared(path)
    ]
    return _outcome(problems)


@program("printf")
def printf(machine: Machine, args: list[str], stdin: str) -> Output:
    del machine, stdin
    if not args:
        return failed(2, "bash: line 1: printf: usage: printf [-v var] format [arguments]")
    text = re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), args[0])
    values = iter(args[1:])
    return Output(0, re.sub(r"%[sd]", lambda _found: next(values, ""), text))
