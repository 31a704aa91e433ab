"""The notification at the end of a backup job, as far as its log shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.pve.datacenter import Datacenter
from fakes.pve.params import split_list
from fakes.pve.usercfg import ROOT

_NO_RECIPIENT = (
    "could not notify via target `{0}`: could not notify via endpoint(s): {0}: "
    "no recipients provided for the mail, cannot send it."
)


def notice(datacenter: Datacenter, options: Mapping[str, Any], *, failed: bool) -> str | None:
    """The log line about the mail that a job sends, None where it sends none.

    Without `mailto` the mail goes to the address of root@pam, which a fresh node does not have.
    """
    mode = options.get("notification-mode", "auto")
    mailto = split_list(str(options.get("mailto") or ""))
    if mode == "legacy-sendmail" or (mode == "auto" and mailto):
        if not mailto or (options.get("mailnotification") == "failure" and not failed):
            return None
        return f"INFO: notified via target `<{','.join(mailto)}>`"
    root = datacenter.access.users.get(ROOT)
    if root is not None and root.email:
        return "INFO: notified via target `mail-to-root`"
    return f"ERROR: {_NO_RECIPIENT.format('mail-to-root')}"
