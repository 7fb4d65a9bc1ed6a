"""How often passwords are tried and addresses change. Device credentials need no limit: nobody guesses 256 random bits."""

from datetime import timedelta

from connectid.core.ratelimit import Limit
from connectid.verification.limits import CountedLimit

PASSWORDS_PER_ACCOUNT = CountedLimit(name="password", a_day=100)
"""Wrong passwords for one username, from wherever. A hundred is what NIST allows before an authenticator is disabled (800-63B-4,
3.2.2); here one comes back every quarter of an hour. A right password gives back its own try, and a wrong one that is sent
again within the hour is the same try, so that a phone with an old password does not keep out the one with the new."""

PASSWORDS_PER_ADDRESS = Limit("password.address", 1000, within=timedelta(hours=1))
"""Passwords, right or wrong, from one block of addresses that are worth a slow hash. After a change of servers every phone needs
one, and a carrier's block holds many; a thousand are less than two minutes of one processor."""

WAITING_AT_ONCE = 4
"""Passwords that one process hashes or has waiting. More are told to come back: a request that waits keeps a thread."""

PUSH_ADDRESSES = Limit("heartbeat.address", 100, within=timedelta(hours=1))
"""Heartbeats of one account whose address is not its current one. A phone gets another address a few times a year; each one that
is reported leaves a row."""
