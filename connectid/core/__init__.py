"""What every feature stands on: clock, refusals, phone numbers, secrets and their storage.

Nothing here imports another package of ours, reads the network or talks to the database.

- ``clock``       the time, and the only place that reads it
- ``errors``      the refusals a feature may answer with
- ``phone``       E.164 numbers, parsed once at the edge
- ``keyring``     named keys, the current one first, so that keys can be rotated
- ``secrets``     secrets the server makes: tokens, their digests, one-time codes
- ``passwords``   secrets people remember: backup codes and staff passwords
- ``encryption``  secrets that must be read back: encrypted columns
"""
