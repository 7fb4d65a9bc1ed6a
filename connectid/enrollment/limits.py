"""The limits of enrolment, each with its reason."""

from datetime import timedelta

from connectid.core.ratelimit import Limit
from connectid.verification.limits import CountedLimit

MAX_NAME_CHECKS = 10
"""Names that one session may try. People correct a typo or two; more is somebody guessing whose number this is (E-24)."""

SESSIONS_PER_NUMBER = Limit("start_configuration.number", 300, within=timedelta(days=1))
"""Sessions of one number. A worker with a bad network opens a few a day, and each costs calls of CommCare Connect and of Google's
quota (E-44). What a session can guess at is counted per number elsewhere, however many sessions there are. Demonstration numbers
are everybody's and go free."""

SESSIONS_PER_ADDRESS = Limit("start_configuration.address", 2000, within=timedelta(hours=1))
"""Sessions from one block of addresses, which may be a carrier's, or a hall's in which a thousand workers are trained on one
morning."""

CODES_READ_PER_CLIENT = Limit("generate_manual_otp.client", 120, within=timedelta(hours=1))
"""Codes that one client reads. Support reads them out one call at a time; a client that reads more is being misused (E-12)."""

REGISTRATIONS_PER_ADDRESS = Limit("register.address", 100, within=timedelta(hours=1))
"""Accounts that older apps register from one block of addresses. It has been a class of theirs at most since later apps enrol
otherwise."""

REGISTRATIONS_IN_ALL = CountedLimit(name="register", an_hour=1000)
"""The same for everybody together: anybody may register, and each account is a slow hash and a row that stays for a month
(E-21)."""
