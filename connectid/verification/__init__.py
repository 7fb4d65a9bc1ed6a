"""Proof that somebody reads what is sent to an address: one-time codes by SMS or email.

A feature calls ``operations.send`` and ``operations.check``; there are no URLs here. ``docs/topics/verification.md`` shows the
whole flow, ``limits.py`` every figure with its reason.
"""
