"""Command lines as words and operators: quoting and redirections of a POSIX shell, no variables, no loops."""

from __future__ import annotations

from dataclasses import dataclass

OPERATORS = ("&&", "||", ";", "|")
_BLANKS = " \t\n"


class ShellSyntaxError(Exception):
    """A command line that cannot be read."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word; `pattern` is the same text with quoted wildcards escaped as glob classes."""

    text: str
    pattern: str

    @property
    def has_glob(self) -> bool:
        return any(sign in self.pattern.replace("[*]", "").replace("[?]", "").replace("[[]", "") for sign in "*?[")


Token = Word | str


def tokenize(line: str) -> list[Token]:
    """The words (Word) and operators (str, redirections such as ``2>`` included) of a command line."""
    tokens: list[Token] = []
    position = 0
    while position < len(line):
        sign = line[position]
        if sign in _BLANKS:
            position += 1
        elif operator := _operator(line, position):
            tokens.append(operator)
            position += len(operator)
        else:
            word, position = _word(line, position)
            tokens.append(word)
    return tokens


def _operator(line: str, position: int) -> str | None:
    for operator in (*OPERATORS, "2>&1", "2>", ">>", ">", "<"):
        if line.startswith(operator, position):
            return operator
    return None


def _word(line: str, position: int) -> tuple[Word, int]:
    text: list[str] = []
    pattern: list[str] = []
    while position < len(line):
        sign = line[position]
        if sign in _BLANKS or _operator(line, position) in (*OPERATORS, ">", "<", ">>"):
            break
        if sign in "'\"":
            piece, position = _quoted(line, position)
            text.append(piece)
            pattern.append(_escaped(piece))
            continue
        if sign == "\\" and position + 1 < len(line):
            position += 1
            sign = line[position]
            pattern.append(_escaped(sign))
        else:
            pattern.append(sign)
        text.append(sign)
        position += 1
    return Word("".join(text), "".join(pattern)), position


def _quoted(line: str, position: int) -> tuple[str, int]:
    quote = line[position]
    position += 1
    piece: list[str] = []
    while position < len(line) and line[position] != quote:
        if quote == '"' and line[position] == "\\" and line[position + 1 : position + 2] in ('"', "\\", "$", "`"):
            position += 1
        piece.append(line[position])
        position += 1
    if position >= len(line):
        raise ShellSyntaxError(f"unexpected EOF while looking for matching `{quote}'")
    return "".join(piece), position + 1


def _escaped(piece: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in piece)
