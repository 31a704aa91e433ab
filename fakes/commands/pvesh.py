"""`pvesh`: every method of the API by its path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fakes.commands.definition import Command, Own, Tree, own
from fakes.commands.engine import run_command, run_program
from fakes.commands.exits import exit_status
from fakes.commands.renderers import described
from fakes.commands.results import print_result
from fakes.commands.session import Session
from fakes.commands.synopsis import option_lines, synopsis
from fakes.pve.http import ApiError
from fakes.pve.schema import Method, Spec

VERBS: Mapping[str, str] = {"get": "GET", "set": "PUT", "create": "POST", "delete": "DELETE"}
_PATH: Mapping[str, Spec] = {"api_path": {"type": "string"}}
_NOPROXY: Mapping[str, Spec] = {"noproxy": {"type": "boolean", "optional": 1}}
_USAGE: Mapping[str, Spec] = {
    **_PATH,
    "verbose": {"type": "boolean", "optional": 1},
    "returns": {"type": "boolean", "optional": 1},
    "command": {"type": "string", "optional": 1, "enum": ["create", "get", "delete", "set"]},
}


def run_pvesh(session: Session, argv: Sequence[str]) -> None:
    """Run a `pvesh` command line."""
    verb = _verb(argv[0]) if argv else None
    if verb in VERBS:
        _call(session, str(verb), argv[1:])
    else:
        run_program(session, "pvesh", TREE, argv)


def _verb(word: str) -> str | None:
    hits = [name for name in TREE if name.startswith(word)]
    return word if word in TREE else hits[0] if len(hits) == 1 else None


def _call(session: Session, verb: str, argv: Sequence[str]) -> None:
    name = f"pvesh {verb}"
    path = next((word for word in argv if word.startswith("/")), argv[0] if argv else None)
    in_path: dict[str, str] = {}
    method: Method | None = None
    if path is not None and not path.startswith("-"):
        method, in_path = _method(session, verb, path)
        if method is None:
            text = f"No '{verb}' handler defined for '{path}'\n"
            session.console.err.append(text)
            session.exit_status = exit_status(name, text)
            return
    base = method or Own({}, _nothing).method
    params = {one: spec for one, spec in base.params.items() if one not in in_path}

    def run(of: Session, given: dict[str, Any]) -> Any:
        values = {one: value for one, value in given.items() if one in params}
        return of.perform(base, {**values, **in_path})

    def show(of: Session, data: Any, options: Mapping[str, Any]) -> None:
        print_result(of, data, described(base), options)

    target = Own({**params, **_PATH, **_NOPROXY}, run, is_checked=False)
    command = Command(target, ("api_path",), show=show, formats=True)
    run_command(session, name, command, argv)


def _nothing(_session: Session, _given: dict[str, Any]) -> None:
    """What a call without a path does: it ends before it begins."""


def _method(session: Session, verb: str, path: str) -> tuple[Method | None, dict[str, str]]:
    found = session.schema.find(path)
    if found is None:
        return None, {}
    return found[0].methods.get(VERBS[verb]), dict(found[1])


def _children(session: Session, path: str) -> list[str]:
    """The names of the resources below a path; ApiError where it has none."""
    method, in_path = _method(session, "get", path)
    child = (method.returns.get("child") if method else None) or None
    if method is None or child is None:
        raise ApiError(500, f"resource '{path}' does not define child links")
    rows = session.perform(method, in_path)
    key = str(child).strip("{}").split("}")[0]
    return sorted({str(row[key]) for row in rows if key in row})


def _capabilities(session: Session, path: str) -> str:
    """What can be done with a resource, e.g. ``Dr-c-``: it has others below it, read, write, create, delete."""
    signs = ""
    for verb, sign in (("get", "r"), ("set", "w"), ("create", "c"), ("delete", "d")):
        method, _ = _method(session, verb, path)
        if verb == "get":
            signs += "D" if method is not None and method.returns.get("child") else "-"
        signs += sign if method is not None else "-"
    return signs


def _ls(session: Session, given: dict[str, Any]) -> list[dict[str, str]]:
    path = "/" + str(given["api_path"]).strip("/")
    names = _children(session, path)
    return [{"capabilities": _capabilities(session, f"{path.rstrip('/')}/{name}"), "name": name} for name in names]


def _show_ls(session: Session, rows: list[dict[str, str]], options: Mapping[str, Any]) -> None:
    if options.get("output-format", "text") != "text":
        print_result(session, rows, {"type": "array", "items": {"type": "object"}}, options)
        return
    for row in rows:
        session.say(f"{row['capabilities']}        {row['name']}")


def _usage(session: Session, given: dict[str, Any]) -> None:
    path = str(given["api_path"])
    wanted = [given["command"]] if given.get("command") else list(VERBS)
    texts = []
    for verb in wanted:
        method, in_path = _method(session, verb, path)
        if method is None:
            continue
        params = {one: spec for one, spec in method.params.items() if one not in in_path}
        line = synopsis(session.schema, f"pvesh {verb} {path}", (), params, {}, formats=False)
        more = "".join(f"\n{one}" for one in option_lines(params, frozenset())) if given.get("verbose") else ""
        texts.append(f"USAGE: {line}\n{more}")
    if not texts:
        raise ApiError(500, f"no such resource '{path}'")
    session.print("\n".join(texts))


_BARE = own({**_PATH, **_NOPROXY}, _nothing, "api_path", formats=True)
TREE: Tree = {
    **dict.fromkeys(VERBS, _BARE),
    "ls": own({**_PATH, **_NOPROXY}, _ls, "api_path", show=_show_ls, formats=True),
    "usage": own(_USAGE, _usage, "api_path"),
}
