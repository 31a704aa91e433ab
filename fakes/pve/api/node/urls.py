"""What a web server says about a file, before it is downloaded."""

from __future__ import annotations

import re
import urllib.parse
from typing import Any

from fakes.pve.call import Call
from fakes.pve.http import ApiError, route

_TIMEOUT_S = 10
_REASONS = (
    ("refused", "Connection refused"),
    ("timed out", "Connection timed out"),
    ("No route to host", "No route to host"),
    ("Network is unreachable", "Network is unreachable"),
    ("certificate", "certificate verify failed"),
)
_FILE_NAME = re.compile(r"filename=\"?([^\";]*)\"?")


@route("GET", "/nodes/{node}/query-url-metadata")
def metadata(call: Call) -> dict[str, Any]:
    url = call.params["url"]
    # Only who asks for an address waits for this import.
    import requests

    try:
        answer = requests.head(url, timeout=_TIMEOUT_S, verify=bool(call.get("verify-certificates", 1)))
    except requests.exceptions.RequestException as error:
        raise ApiError(500, f"invalid server response: '500 {_unreachable(url, str(error))}'") from error
    if answer.status_code != 200:
        raise ApiError(500, f"invalid server response: '{answer.status_code} {answer.reason}'")
    headers = answer.headers
    named = _FILE_NAME.search(headers.get("Content-Disposition", ""))
    filename = named[1] if named else urllib.parse.urlsplit(url).path.rpartition("/")[2]
    size, kind = headers.get("Content-Length"), headers.get("Content-Type", "").partition(";")[0]
    found = {"filename": filename, "size": int(size) if size else None, "mimetype": kind}
    return {key: value for key, value in found.items() if value}


def _unreachable(url: str, reason: str) -> str:
    parts = urllib.parse.urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    words = next((words for sign, words in _REASONS if sign in reason), "Name or service not known")
    return f"Can't connect to {parts.hostname}:{port} ({words})"
