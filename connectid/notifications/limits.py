"""How much one request may ask for, and for how long it may take."""

RECIPIENTS = 20_000
"""Of one request, each counted once for every message. What could not be pushed before the answer is left to jobs."""

PAYLOAD = 64 * 1024
"""Bytes of one message's data. A push takes 4 KiB of it, the poll all; kept once for each recipient."""

SEND_PATIENCE = 8.0
"""Seconds from a request of messaging/send to its answer; its client gives up after 15."""

BULK_PATIENCE = 20.0
"""The same of messaging/send_bulk, whose client gives up after 30."""
