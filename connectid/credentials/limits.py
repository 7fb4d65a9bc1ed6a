"""The limits of credentials, each with its reason."""

from datetime import timedelta

from connectid.core.ratelimit import Limit

LINKS_PER_ADDRESS = Limit("accept_credential.address", 3000, within=timedelta(hours=1))
"""Openings of links from one block of addresses: a training's hall that was just awarded. Links cannot be guessed; this guards our
database."""
