"""Text from machines made fit for documents and terminals."""

from __future__ import annotations

import re

# What XML 1.0 cannot hold, and what a terminal would take for a command.
UNPRINTABLE = re.compile("[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """The text with every control character replaced."""
    return UNPRINTABLE.sub("�", text)
