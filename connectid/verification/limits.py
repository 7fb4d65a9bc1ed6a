"""Every limit on codes, with the reason for its figure.

All of them are rows (``models.Counter``), counted in the transaction that acts on them, so they hold over processes, restarts
and parallel requests. ``RATE_LIMITS=off`` does not touch them: they guard a secret of six digits, and a bill.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedLimit:
    """One named limit. What it counts for is its subject: an address, a country code.

    The parts that are None (or zero, or False) do not limit.
    """

    name: str
    a_day: int | None = None
    """A bucket of so many, refilled evenly over a day."""
    gap: timedelta = timedelta(0)
    """Least time between two."""
    an_hour: int | None = None
    """Most in one hour of the clock."""
    judged: bool = False
    """Refuse subjects whose codes are hardly ever typed in; see :data:`LEAST_CONVERSION`."""
    halved_by_breaker: bool = False
    """Half as many a day while the breaker is open (``breaker.py``)."""

    @property
    def cost(self) -> timedelta:
        """What one takes from a bucket that holds a day."""
        return DAY / self.a_day if self.a_day else timedelta(0)


CHECKS_PER_CODE = 5
"""Tries at one code. Five of a million codes is what typing mistakes need; Signal, Kratos and Twilio Verify agree on it."""

CHECKS_PER_ADDRESS = CountedLimit(name="check", a_day=10, halved_by_breaker=True)
"""Wrong codes for one address, over all codes, sessions and accounts: chances of 2 in 100,000 on the first day and 0.4 % in a
year of trying every day. A new code or a new session gives nothing back (NIST 800-63B-4, 3.1.3.2). A right code gives back
the one try that it took, for it was no failure; what was wrong before it stays counted until the day refills it, or its
owner's sign-ins would pay for somebody else's guesses."""

SENDS_PER_ADDRESS = CountedLimit(name="send", a_day=5, gap=timedelta(seconds=60))
"""Codes sent to one address: five is what the growing gap between resends allows in its first half hour. Counted by address,
because a new session or account would begin a new gap (E-26). Signal's figures."""

SENDS_PER_SCOPE = CountedLimit(name="scope", a_day=10)
"""Codes sent on behalf of one session or account, to whatever addresses: nobody has ten phones to prove in a day, and a
stolen account is not a means to text strangers (E-26)."""

TEXTS_PER_PREFIX = CountedLimit(name="prefix", an_hour=20, judged=True)
"""Texts to numbers that differ in their last four digits only, the block a pumper rents. A class of workers whose SIM cards
came from one box fits in, and the next hour takes the rest."""


def texts_per_country() -> CountedLimit:
    """Texts to one country calling code: the bill of one country's pumping, ``SMS_COUNTRY_HOURLY``."""
    return CountedLimit(name="country", an_hour=settings.SMS_COUNTRY_HOURLY)


def texts_in_all() -> CountedLimit:
    """All texts: the most that this server can cost, ``SMS_GLOBAL_HOURLY``."""
    return CountedLimit(name="all", an_hour=settings.SMS_GLOBAL_HOURLY)


JUDGED_FROM = 20
"""Texts after which a prefix is judged: one hour's worth; of fewer, too few typed codes mean nothing."""
LEAST_CONVERSION = 10
"""Per cent. Workers type in more than half of their codes, pumped numbers none; a tenth tells them apart on 20 texts."""
BLOCKED_FOR = timedelta(hours=12)
"""How long after its last text a prefix below that is refused; Twilio's Fraud Guard blocks as long. Codes typed in later
count, so a slow class frees itself."""

RESEND_GAPS = (2, 4, 8, 16)
"""Minutes before the first, second, … resend of a challenge, and the last again for every further one (contract 5.3)."""
RESEND_GAPS_FORGOTTEN_AFTER = DAY
"""Quiet time after which the gaps begin again, as after a right code."""
RENEWED_WITHIN = timedelta(minutes=5)
"""A resend repeats the code unless it expires within this time: whoever gets it still needs time to type (contract 5.3)."""

BREAKER_FAILURES = 500
"""Failed checks in an hour of the clock, from which on guessing may be spread over so many numbers that no limit of one number
sees it. 100,000 numbers with ten tries each would give a right guess a day."""
BREAKER_PERCENT = 20
"""Per cent of the hour's checks that must have failed as well: a busy hour has many who mistype, a tenth of all at most."""
BREAKER_STAYS_OPEN = timedelta(hours=1)
"""How long the breaker stays open after the last minute that looked so."""

# Names of the limits that count by a number, an email address, a username or a part of one, for whoever looks something up: the
# index of counters begins with the name.
COUNTED = ("check", "send", "scope", "prefix", "sign_in", "password", "invite", "staff")
