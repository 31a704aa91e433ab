"""The shell of a simulated machine: lists, pipes, globs and redirections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fakes.host.output import Output, failed
from fakes.host.programs import find_program
from fakes.host.words import ShellSyntaxError, Token, Word, tokenize

if TYPE_CHECKING:
    from fakes.host.machine import Machine

NOT_FOUND = 127
LIST_OPERATORS = ("&&", "||", ";")


def run_line(machine: Machine, line: str, stdin: str = "") -> Output:
    """Run a command line as ``sh -c`` would; a program the machine does not have ends in 127."""
    try:
        tokens = tokenize(line)
    except ShellSyntaxError as error:
        return failed(2, f"bash: -c: line 1: {error}")
    status, stdout, stderr = 0, "", ""
    operator = ";"
    for part, following in _split(tokens, LIST_OPERATORS):
        wanted = operator == ";" or (operator == "&&") == (status == 0)
        if wanted and part:
            result = _pipeline(machine, part, stdin)
            status, stdout, stderr = result.exit_status, stdout + result.stdout, stderr + result.stderr
        operator = following
    return Output(status, stdout, stderr)


def run_argv(machine: Machine, argv: Sequence[str], stdin: str = "") -> Output:
    """Run one program with its arguments."""
    program = find_program(machine, argv[0])
    if program is None:
        what = "No such file or directory" if "/" in argv[0] else "command not found"
        return failed(NOT_FOUND, f"bash: line 1: {argv[0]}: {what}")
    return program(machine, list(argv[1:]), stdin)


def _pipeline(machine: Machine, tokens: list[Token], stdin: str) -> Output:
    stderr = ""
    result = Output()
    for part, _ in _split(tokens, ("|",)):
        result = _simple(machine, part, stdin)
        stdin, stderr = result.stdout, stderr + result.stderr
    return Output(result.exit_status, result.stdout, stderr)


def _simple(machine: Machine, tokens: list[Token], stdin: str) -> Output:
    argv: list[str] = []
    hidden: set[str] = set()
    merged = False
    outputs: list[tuple[str, str]] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if isinstance(token, Word):
            argv.extend(_expanded(machine, token))
        elif token == "2>&1":
            merged = True
        else:
            position += 1
            target = tokens[position].text if position < len(tokens) and isinstance(tokens[position], Word) else ""  # type: ignore[union-attr]
            if token == "<":
                stdin = machine.files.read(target) or ""
            elif target == "/dev/null":
                hidden.add("stderr" if token == "2>" else "stdout")
            else:
                outputs.append((token, target))
        position += 1
    if not argv:
        return Output()
    result = run_argv(machine, argv, stdin)
    stdout, stderr = result.stdout, result.stderr
    for token, target in outputs:
        problem = machine.files.write(target, stderr if token == "2>" else stdout, append=token == ">>")
        if problem is not None:
            return failed(1, f"bash: line 1: {target}: {problem}")
        stdout, stderr = (stdout, "") if token == "2>" else ("", stderr)
    if merged:
        stdout, stderr = ("", "") if "stdout" in hidden else (stdout + stderr, "")
    return Output(result.exit_status, "" if "stdout" in hidden else stdout, "" if "stderr" in hidden else stderr)


def _expanded(machine: Machine, word: Word) -> list[str]:
    if word.has_glob and word.text.startswith("/"):
        return machine.files.glob(word.pattern) or [word.text]
    return [word.text]


def _split(tokens: Sequence[Token], operators: Sequence[str]) -> list[tuple[list[Token], str]]:
    parts: list[tuple[list[Token], str]] = []
    part: list[Token] = []
    for token in tokens:
        if isinstance(token, str) and token in operators:
            parts.append((part, token))
            part = []
        else:
            part.append(token)
    parts.append((part, ";"))
    return parts
