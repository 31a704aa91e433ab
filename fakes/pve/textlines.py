"""Descriptions as `#` lines at the top of a file, as in datacenter.cfg and a node's config."""

from __future__ import annotations

import urllib.parse


def description_lines(text: str) -> list[str]:
    """The `#` lines of a description; empty lines at its end are dropped, control characters and % escaped."""
    lines = text.rstrip("\n").split("\n") if text.strip("\n") else []
    return [f"#{escaped(line)}" for line in lines]


def read_description(text: str) -> str:
    """The description at the top of a file, each line with its newline; "" where there is none."""
    return "".join(f"{urllib.parse.unquote(line[1:])}\n" for line in text.splitlines() if line.startswith("#"))


def escaped(line: str) -> str:
    """One line with control characters and % as %XX."""
    return "".join(f"%{ord(sign):02X}" if ord(sign) < 32 or sign == "%" else sign for sign in line)
