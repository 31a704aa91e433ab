"""Programs that read files: cat, grep, ls, test, find, readlink, stat, head, wc, sha256sum."""

from __future__ import annotations

import fnmatch
import hashlib
import re
import time
from typing import TYPE_CHECKING

from fakes.host import pmxcfs
from fakes.host.output import Output, failed
from fakes.host.programs import program

if TYPE_CHECKING:
    from fakes.host.machine import Machine

NO_SUCH = "No such file or directory"


@program("cat")
def cat(machine: Machine, args: list[str], stdin: str) -> Output:
    paths = [arg for arg in args if not arg.startswith("-")]
    if not paths:
        return Output(0, stdin)
    stdout, stderr, status = "", "", 0
    for path in paths:
        text = machine.files.read(path)
        if text is None:
            what = "Is a directory" if machine.files.resolve(path) else NO_SUCH
            stderr += f"cat: {path}: {what}\n"
            status = 1
        else:
            stdout += text
    return Output(status, stdout, stderr)


@program("grep", "egrep", "fgrep")
def grep(machine: Machine, args: list[str], stdin: str) -> Output:
    flags = {sign for arg in args if re.fullmatch(r"-[a-zA-Z]+", arg) for sign in arg[1:]}
    words = [arg for arg in args if not re.fullmatch(r"-[a-zA-Z]+|--", arg)]
    if not words:
        return failed(2, "Usage: grep [OPTION]... PATTERNS [FILE]...")
    wanted = re.escape(words[0]) if "F" in flags else words[0]
    matcher = re.compile(wanted, re.IGNORECASE if "i" in flags else 0)
    paths, missing = _grep_paths(machine, words[1:], recursive="r" in flags or "R" in flags)
    shown, found = "", False
    sources = (
        [("(standard input)", stdin)] if not words[1:] else [(path, machine.files.read(path) or "") for path in paths]
    )
    prefixed = "H" in flags or ("h" not in flags and (len(words) > 2 or "r" in flags))
    for path, text in sources:
        lines = [line for line in text.splitlines() if (matcher.search(line) is None) == ("v" in flags)]
        found = found or bool(lines)
        if "c" in flags:
            shown += f"{path}:{len(lines)}\n" if prefixed else f"{len(lines)}\n"
        elif "l" in flags:
            shown += f"{path}\n" if lines else ""
        else:
            shown += "".join(f"{path}:{line}\n" if prefixed else f"{line}\n" for line in lines)
    stderr = "" if "s" in flags else "".join(f"grep: {path}: {NO_SUCH}\n" for path in missing)
    if "q" in flags:
        return Output(0 if found else 2 if missing else 1, "", stderr)
    return Output(2 if missing else 0 if found else 1, shown, stderr)


def _grep_paths(machine: Machine, names: list[str], *, recursive: bool) -> tuple[list[str], list[str]]:
    paths: list[str] = []
    missing: list[str] = []
    for name in names:
        real = machine.files.resolve(name)
        if real is None:
            missing.append(name)
        elif machine.files.read(name) is not None:
            paths.append(name)
        elif recursive:
            inside = machine.files.walk(real)
            paths.extend(name + path[len(real) :] for path in inside if machine.files.kind(path) == "file")
    return paths, missing


@program("ls")
def ls(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    flags = {sign for arg in args if arg.startswith("-") for sign in arg[1:]}
    paths = [arg for arg in args if not arg.startswith("-")] or ["/root"]
    stdout, stderr, status = "", "", 0
    folders: list[str] = []
    for path in paths:
        kind = machine.files.kind(path)
        if kind is None:
            stderr += f"ls: cannot access '{path}': {NO_SUCH}\n"
            status = 2
        elif "d" not in flags and machine.files.resolve(path) and machine.files.read(path) is None and kind != "char":
            folders.append(path)
        else:
            stdout += _row(machine, path, path) if "l" in flags else f"{path}\n"
    for folder in folders:
        stdout += f"{folder}:\n" if len(paths) > 1 else ""
        hidden = "a" in flags or "A" in flags
        for name in (one for one in machine.files.names(folder) if hidden or not one.startswith(".")):
            stdout += _row(machine, f"{folder.rstrip('/')}/{name}", name) if "l" in flags else f"{name}\n"
    return Output(status, stdout, stderr)


def _mode(machine: Machine, path: str, kind: str) -> str:
    if machine.files.is_shared(path):
        return pmxcfs.mode(machine.files.place(path) or path, kind)
    return {"link": "lrwxrwxrwx", "folder": "drwxr-xr-x", "char": "crw-rw----"}.get(kind, "-rw-r--r--")


def _row(machine: Machine, path: str, shown: str) -> str:
    kind = machine.files.kind(path)
    mode, group = _mode(machine, path, kind or ""), "www-data" if machine.files.is_shared(path) else "root"
    size = len((machine.files.read(path) or "").encode()) if kind == "file" else 0
    moment = time.strftime("%b %d %H:%M", time.gmtime(machine.files.mtime(path) or machine.now()))
    target = machine.files.link_target(path)
    arrow = f" -> {target}" if target is not None else ""
    return f"{mode} 1 root {group} {size} {moment} {shown}{arrow}\n"


@program("test", "[")
def test(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    words = [word for word in args if word != "]"]
    negated = words[:1] == ["!"]
    truth = _claim(machine, words[1:] if negated else words)
    if truth is None:
        return failed(2, f"bash: line 1: test: {' '.join(words)}: unary operator expected")
    return Output(0 if truth != negated else 1)


def _claim(machine: Machine, words: list[str]) -> bool | None:
    match words:
        case []:
            return False
        case [text]:
            return bool(text)
        case ["-n", text]:
            return bool(text)
        case ["-z", text]:
            return not text
        case ["-e" | "-r" | "-w", path]:
            return machine.files.resolve(path) is not None
        case ["-f", path]:
            return machine.files.read(path) is not None
        case ["-s", path]:
            return bool(machine.files.read(path))
        case ["-d", path]:
            real = machine.files.resolve(path)
            return real is not None and machine.files.kind(real) == "folder"
        case ["-L" | "-h", path]:
            return machine.files.kind(path) == "link"
        case ["-c", path]:
            real = machine.files.resolve(path)
            return real is not None and machine.files.kind(real) == "char"
        case ["-x", path]:
            return machine.files.resolve(path) is not None
        case ["-b" | "-p" | "-S", _]:
            return False
        case [left, "=" | "==", right]:
            return left == right
        case [left, "!=", right]:
            return left != right
    return None


@program("readlink", "realpath")
def readlink(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    paths = [arg for arg in args if not arg.startswith("-")]
    follows = any(arg.startswith("-") and set("fem") & set(arg) for arg in args)
    found = [machine.files.resolve(path) if follows else machine.files.link_target(path) for path in paths]
    return Output(1 if None in found else 0, "".join(f"{path}\n" for path in found if path is not None))


@program("find")
def find(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    roots: list[str] = []
    while args and not args[0].startswith("-"):
        roots.append(args[0])
        args = args[1:]
    depth, groups = 99, [[]]  # type: ignore[var-annotated]
    position = 0
    while position < len(args):
        word = args[position]
        value = args[position + 1] if position + 1 < len(args) else ""
        if word == "-o":
            groups.append([])
        elif word == "-maxdepth":
            depth = int(value)
            position += 1
        elif word in ("-name", "-iname", "-type", "-perm", "-path"):
            negated = position > 0 and args[position - 1] in ("-not", "!")
            groups[-1].append((word, value, negated))
            position += 1
        position += 1
    stdout, stderr = "", ""
    for root in roots:
        if machine.files.kind(root) is None:
            stderr += f"find: ‘{root}’: {NO_SUCH}\n"
            continue
        for path in machine.files.walk(root, depth):
            if any(all(_passes(machine, path, *one) for one in group) for group in groups):
                stdout += f"{path}\n"
    return Output(1 if stderr else 0, stdout, stderr)


def _passes(machine: Machine, path: str, word: str, value: str, negated: bool) -> bool:
    name = path.rsplit("/", 1)[-1]
    if word == "-type":
        kinds = {"f": "file", "d": "folder", "l": "link", "c": "char"}
        held = machine.files.kind(path) == kinds.get(value)
    elif word == "-perm":
        held = "/bin/" in path
    elif word == "-path":
        held = fnmatch.fnmatch(path, value)
    else:
        held = fnmatch.fnmatchcase(name.lower() if word == "-iname" else name, value)
    return held != negated


@program("stat")
def stat(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    form = args[args.index("-c") + 1] if "-c" in args else "%n"
    paths = [arg for arg in args if not arg.startswith("-") and arg != form]
    results = [_stat(machine, path, form) for path in paths]
    stdout, stderr = "".join(one.stdout for one in results), "".join(one.stderr for one in results)
    return Output(max((one.exit_status for one in results), default=1), stdout, stderr)


def _stat(machine: Machine, path: str, form: str) -> Output:
    kind = machine.files.kind(path)
    if kind is None:
        return failed(1, f"stat: cannot statx '{path}': {NO_SUCH}")
    modes = {"folder": "755", "link": "777", "char": "660"}
    size = len((machine.files.read(path) or "").encode())
    values = {
        "%n": path,
        "%s": str(size),
        "%a": modes.get(kind, "644"),
        "%A": _mode(machine, path, kind),
        "%U": "root",
        "%G": "www-data" if machine.files.is_shared(path) else "root",
        "%u": "0",
        "%g": "0",
        "%Y": str(int(machine.files.mtime(path))),
    }
    return Output(0, re.sub(r"%[a-zA-Z]", lambda found: values.get(found[0], "?"), form) + "\n")


@program("head")
def head(machine: Machine, args: list[str], stdin: str) -> Output:
    count, paths, position = 10, [], 0
    while position < len(args):
        if args[position] in ("-n", "-c") and position + 1 < len(args):
            count = int(args[position + 1])
            position += 1
        elif re.fullmatch(r"-n?\d+", args[position]):
            count = int(args[position].lstrip("-n"))
        else:
            paths.append(args[position])
        position += 1
    source = cat(machine, paths, stdin)
    return Output(source.exit_status, "".join(source.stdout.splitlines(keepends=True)[:count]), source.stderr)


@program("wc")
def wc(machine: Machine, args: list[str], stdin: str) -> Output:
    source = cat(machine, args, stdin)
    return Output(source.exit_status, f"{source.stdout.count(chr(10))}\n", source.stderr)


@program("sha256sum")
def sha256sum(machine: Machine, args: list[str], stdin: str) -> Output:
    source = cat(machine, args, stdin)
    if source.exit_status:
        return source
    return Output(0, f"{hashlib.sha256(source.stdout.encode()).hexdigest()}  {args[0] if args else '-'}\n")
