"""The limits of signing in, each with its reason. Those on tries of a code are elsewhere: ``verification.limits``, ``recovery.limits``."""

from datetime import timedelta

from connectid.core.ratelimit import Limit
from connectid.verification.limits import CountedLimit

CODES_PER_NUMBER = CountedLimit(name="sign_in", a_day=4, gap=timedelta(seconds=60))
"""Codes asked for by a browser for one number, whether it has an account or not. Of the five that a number gets a day, one is so left
for its owner's phone, whoever plays with this page. Rows, for each may cost a text."""

NUMBERS_PER_ADDRESS = Limit("sign_in.address", 300, within=timedelta(hours=1))
"""Numbers and resends from one block of addresses, which may be a carrier's or a training's. Texts are paid only for numbers that have
an account, so this guards our database, and slows whoever wants to bother many people."""

CODES_PER_ADDRESS = Limit("sign_in_code.address", 600, within=timedelta(hours=1))
"""Codes typed in from one block of addresses: two for each number."""

BACKUP_CODES_PER_ADDRESS = Limit("sign_in_backup_code.address", 600, within=timedelta(hours=1))
"""Backup codes typed in from one block of addresses: two for each number. What stops guessing is the account's own counter."""

LOGOUTS_PER_ADDRESS = Limit("logout.address", 3000, within=timedelta(hours=1))
"""Requests to sign out, from one block of addresses; as many as authorizations."""

AUTHORIZATIONS_PER_ADDRESS = Limit("authorize.address", 3000, within=timedelta(hours=1))
"""Authorization requests from one block of addresses: a hall of a thousand workers who open three services each."""
