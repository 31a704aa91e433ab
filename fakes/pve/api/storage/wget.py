"""Fetching a URL, with the lines that wget prints on a real node.

The last line it prints before it fails becomes the error; where that line is empty, the error is the exit code.
"""

from __future__ import annotations

import urllib.parse
from datetime import datetime
from zoneinfo import ZoneInfo

from fakes.pve.call import Call
from fakes.pve.tasks import Task, TaskError

_TIMEOUT_S = 30
_SERVER_ERROR = 8
_REASONS = (
    ("refused", "Connection refused."),
    ("timed out", "Connection timed out."),
    ("No route to host", "No route to host."),
    ("Network is unreachable", "Network is unreachable."),
)


def fetched(call: Call, task: Task, url: str, target: str, *, verify: bool) -> bytes:
    """The content at a URL; TaskError where it cannot be had."""
    task.log(f"--{_now(call)}--  {url}")
    # Only who fetches something waits for this import.
    import requests

    try:
        answer = requests.get(url, timeout=_TIMEOUT_S, verify=verify)
    except requests.exceptions.SSLError as error:
        host = urllib.parse.urlsplit(url).hostname
        task.log(f"{_connecting(url)} connected.")
        task.log(f"ERROR: cannot verify {host}'s certificate.")
        message = f"To connect to {host} insecurely, use `--no-check-certificate'."
        raise TaskError(f"download failed: {message}") from error
    except requests.exceptions.RequestException as error:
        raise TaskError(f"download failed: {_unreachable(task, url, str(error))}") from error
    task.log(f"{_connecting(url)} connected.")
    task.log(f"HTTP request sent, awaiting response... {answer.status_code} {answer.reason}")
    if not answer.ok:
        task.log(f"{_now(call)} ERROR {answer.status_code}: {answer.reason}.")
        raise TaskError(f"download failed: exit code {_SERVER_ERROR}")
    size = len(answer.content)
    kind = answer.headers.get("Content-Type", "application/octet-stream").split(";")[0]
    task.log(f"Length: {size}{_readable(size)} [{kind}]")
    task.log(f"Saving to: '{target}'")
    task.log(f"     0K {' ' * 55}100% 100M=0s")
    task.log(f"{_now(call)} (100 MB/s) - '{target}' saved [{size}/{size}]")
    return answer.content


def _now(call: Call) -> str:
    zone = ZoneInfo((call.node.files.read("etc/timezone") or "UTC").strip())
    return f"{datetime.fromtimestamp(call.datacenter.clock.now(), zone):%Y-%m-%d %H:%M:%S}"


def _connecting(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"Connecting to {parts.hostname}:{port}..."


def _unreachable(task: Task, url: str, reason: str) -> str:
    """The last line of a download that found nobody."""
    host = urllib.parse.urlsplit(url).hostname
    for sign, words in _REASONS:
        if sign in reason:
            return f"{_connecting(url)} failed: {words}"
    task.log(f"Resolving {host} ({host})... failed: Name or service not known.")
    return f"wget: unable to resolve host address \u2018{host}\u2019"


def _readable(size: int) -> str:
    for power, unit in ((3, "G"), (2, "M"), (1, "K")):
        if size >= 1024**power:
            value = size / 1024**power
            return f" ({value:.1f}{unit})" if value < 10 else f" ({value:.0f}{unit})"
    return ""
