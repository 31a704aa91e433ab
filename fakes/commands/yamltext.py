"""Data as YAML in the form libyaml writes for Perl: sorted keys, texts that look like numbers quoted."""

from __future__ import annotations

import re
from typing import Any

import yaml

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|[-+]?(inf|nan|infinity)", re.IGNORECASE)
_WORDS = frozenset(("", "~", "null", "true", "false"))
_LONG = 30


class _Dumper(yaml.SafeDumper):
    """A dumper for which every plain scalar is as good as any other."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


_Dumper.yaml_implicit_resolvers = {}


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if text in _WORDS or _NUMBER.fullmatch(text):
        style = "'"
    elif "\n" in text:
        style = "|" if len(text) > _LONG else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


def _plain(dumper: yaml.SafeDumper, value: Any) -> yaml.ScalarNode:
    text = f"{value:.15g}" if isinstance(value, float) else str(int(value))
    return dumper.represent_scalar("tag:yaml.org,2002:str", text)


def _nothing(dumper: yaml.SafeDumper, _value: None) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", "~")


_Dumper.add_representer(str, _text)
for _kind in (int, float, bool):
    _Dumper.add_representer(_kind, _plain)
_Dumper.add_representer(type(None), _nothing)


def yaml_text(data: Any) -> str:
    """A YAML document with its opening line."""
    text: str = yaml.dump(
        data, Dumper=_Dumper, default_flow_style=False, explicit_start=True, allow_unicode=True, width=float("inf")
    )
    return re.sub(r"^--- (?=[^\n])", "--- ", text).removesuffix("...\n")
