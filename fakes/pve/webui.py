"""What a node serves outside its API: the page at / that shows there is a web interface, and nothing else."""

from __future__ import annotations

import html

from fakes.pve.http import Reply

HTML_TYPE = "text/html; charset=UTF-8"


def static_page(path: str, node: str) -> Reply:
    """The start page, or Proxmox's answer for a file that is not there."""
    if path in ("", "/"):
        title = f"{html.escape(node)} - Proxmox Virtual Environment"
        page = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body>simulated node</body></html>\n"
        return Reply(200, "OK", page.encode(), HTML_TYPE)
    reason = f"no such file '{path}'"
    return Reply(500, reason, f"{reason}\n".encode(), None)
