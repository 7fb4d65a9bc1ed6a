"""How often one caller may call: the limits that every route has where it names none of its own.

They are far above what any client does, and stop what no client does: a loop, a flood, a reading-out. Phones and servers are
counted by their credential, so that nobody pays for a neighbour; only who has none is counted by address, and then by a block
that may be a carrier's, with every phone of a region behind it.
"""

from datetime import timedelta

from connectid.core.ratelimit import Limit

CALLS_PER_PHONE = Limit("calls.phone", 600, within=timedelta(minutes=1))
"""Calls of one account or enrollment session. An app that is opened makes ten or twenty; then it polls once an hour."""

CALLS_PER_CREDENTIAL = Limit("calls.server", 12_000, within=timedelta(minutes=1))
"""Calls of one server's credential: 200 a second, of which each may name a thousand people. A campaign to a country fits in."""

CALLS_PER_ADDRESS = Limit("calls.address", 3_000, within=timedelta(minutes=10))
"""Calls of nobody in particular from one block of addresses: a hall of a thousand workers who are trained on one morning."""

REFUSED_PER_ADDRESS = Limit("refused.address", 3_000, within=timedelta(hours=1))
"""Credentials that are wrong or missing, from one block of addresses. Right ones are not counted, and so never kept out.
A phone whose account moved on repeats its old credential every hour, and a carrier's block holds many of those."""

PAGES_PER_ADDRESS = Limit("pages.address", 3_000, within=timedelta(minutes=10))
"""Pages read at one block of addresses: the same hall, with browsers."""
