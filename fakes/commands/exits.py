"""Exit statuses of failing commands.

Perl's `die` ends a program with the error number that the last failing system call left behind, whatever the message
is about, and with 255 where there was none. The rules say which call that was for which kind of error.
Source: recorded transcripts of a Proxmox VE 8.4.1 node.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Sequence

PLAIN = 255
_Rules = Sequence[tuple[str, str, int]]

# Command (as its full name begins), message, error number; the first rule that fits holds.
_RULES: _Rules = (
    # Locks and pid files are looked at in between, and leave no error number behind.
    (r"qm sendkey|pct", r"(VM|CT) \d+ not running", PLAIN),
    # A file or pid file that was looked for is not there.
    (r"", r"Configuration file '.*' does not exist", errno.ENOENT),
    (r"", r"unable to find configuration file for ", errno.ENOENT),
    (r"", r"volume '.*' does not exist", errno.ENOENT),
    (r"qmrestore|pveam|pct|pvesm", r"can't find file '", errno.ENOENT),
    (r"qm", r"VM \d+ (is )?not running", errno.ENOENT),
    (r"", r".*: non-existent or non-regular file", errno.ENOENT),
    (r"", r".* - No such file or directory", errno.ENOENT),
    (r"qm set", r"storage '.*' does not exist", errno.ENOENT),
    (r"pvesr", r"no such (replication )?job '", errno.ENOENT),
    (r"pvecm", r"Error: Corosync config '|invalid corosync.conf", errno.ENOENT),
    (r"pvesh", r"424 node is not in a cluster", errno.ENOENT),
    (r"", r"400 Parameter verification failed.\nupid: no such task", errno.ENOENT),
    (r"", r"400 Parameter verification failed.\nname: ACME account config file ", errno.ENOENT),
    # The realms of users are looked up in a file that a fresh node does not have.
    (r"", r"create user failed: ", errno.ENOENT),
    (r"pveum user tfa", r"no such user", errno.ENOENT),
    (r"", r"403 Permission check failed \(pool '.*' does not exist\)", errno.ENOENT),
    # Asking a plain file or pipe whether it is a terminal.
    (r"pveum passwd", r"passwords do not match", errno.ENOTTY),
    (r"pvesm alloc", r"illegal name '", errno.ENOTTY),
    # Making the folder of the HA configuration, which is there.
    (r"ha-manager", r"unknown section type '", errno.EEXIST),
    # The exit status of LVM's own command.
    (r"pvesm", r"lvcreate '", 5),
    (r"pvesm scan", r"command '/sbin/", 5),
    # The handler of a path is looked up before anything was opened.
    (r"pvesh", r"No '\w+' handler defined for ", errno.EPERM),
)


def exit_status(command: str, message: str) -> int:
    """The status with which a command such as ``qm config`` ends after a message."""
    for name, pattern, status in _RULES:
        if re.match(name, command) and re.match(pattern, message):
            return status
    return PLAIN
