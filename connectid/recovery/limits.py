"""The limits of recovery, each with its reason."""

from datetime import timedelta

from connectid.core.ratelimit import Limit

MAX_ATTEMPTS = 3
"""Wrong backup codes that lock the account (contract 5.7). A code has six digits: three tries hit one in 333,000."""

MAX_CODES_IN_A_ROW = 100
"""Wrong backup codes, over locks that ended by themselves, after which a lock stays until staff lift it (NIST 800-63B-4, 3.2.2).
Whoever comes back after each lock has one chance in 10,000 to hit a code until then."""

RECOVERIES_PER_ADDRESS = Limit("recover.address", 60, within=timedelta(hours=1))
"""Recoveries that older apps start from one block of addresses, which may be a carrier's. Each may cost a text, whose own limits count
by number, prefix and country (E-26); this one keeps a single caller from asking for many."""

PASSWORDS_PER_SESSION = 3
"""Passwords that one recovery session may try (E-18), as many as an older app lets its user type before it offers another way.
A session needs a code from the number first, of which there are five a day."""

SECRETS_PER_ACCOUNT = Limit("new_secret.account", 10, within=timedelta(hours=1))
"""Backup codes and passwords that a phone gives its account. Each is a slow hash, and nobody changes their mind more often."""
