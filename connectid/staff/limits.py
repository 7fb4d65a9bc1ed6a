"""How often somebody may try to sign in to the admin."""

from datetime import timedelta

from connectid.core.ratelimit import Limit
from connectid.verification.limits import CountedLimit

SIGN_INS_PER_NAME = CountedLimit(name="staff", a_day=100)
"""Wrong passwords of one member of staff, from wherever; rows, so that neither a restart nor Redis forgets them. As many as NIST allows before
an authenticator is disabled (800-63B-4, 3.2.2); here one comes back every quarter of an hour. A right one gives back its try."""

SIGN_INS_PER_ADDRESS = Limit("staff.address", 30, within=timedelta(minutes=30))
"""Passwords of staff from one block of addresses: an office mistypes a few. Each is a slow hash."""
