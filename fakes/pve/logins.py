"""Logging in: password or ticket first, then the second factor where one is asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fakes.pve.http import DoorError
from fakes.pve.realms import realms
from fakes.pve.second_factors import SecondFactors
from fakes.pve.usercfg import ROOT

if TYPE_CHECKING:
    from fakes.pve.datacenter import Datacenter


class LoginError(Exception):
    """A login that failed; why is not told to the client."""


def log_in(
    datacenter: Datacenter, user: str, password: str, *, otp: str | None = None, challenge: str | None = None
) -> str | None:
    """None where the login is complete, else the JSON text of the challenge that a second step has to answer.

    With `challenge` (the half ticket of the first step) `password` is the answer to it.
    A ticket of the user, or of root@pam, serves as a password and needs no second factor.
    """
    door, factors = datacenter.door, datacenter.part(SecondFactors)
    try:
        door.check_usable(user)
        if challenge is not None:
            door.open_challenge(user, challenge)
            if otp is not None or not factors.accepts(user, password):
                raise LoginError
            return None
        if password.startswith("PVE:"):
            if door.verify_ticket(password) not in (user, ROOT):
                raise LoginError
            return None
    except DoorError as error:
        raise LoginError from error
    realm = realms(datacenter).get(user.rpartition("@")[2])
    if realm is None or not datacenter.passwords.is_right(user, password):
        raise LoginError
    asked = factors.challenge(user)
    if asked is None:
        # A realm may demand a second factor, and an answer that nobody asked for is wrong.
        if realm.tfa_type or otp is not None:
            raise LoginError
        return None
    if otp is None:
        return json.dumps(asked, separators=(",", ":"))
    if not factors.accepts(user, otp):
        raise LoginError
    return None
