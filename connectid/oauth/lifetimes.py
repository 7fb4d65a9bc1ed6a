"""How long what is issued is good for."""

from datetime import timedelta
from typing import Final

ACCESS_TOKEN: Final = timedelta(seconds=36_000)
"""What phones and Connect count on (contract 14.1)."""

ID_TOKEN: Final = timedelta(seconds=36_000)
"""Contract 14.6."""

VERIFIABLE_CREDENTIAL: Final = timedelta(days=365)
"""What somebody carries about to show; its holder gets another whenever they like. Its key is published as long."""

AUTHORIZATION_CODE: Final = timedelta(seconds=60)
"""Contract 14.6; RFC 6749 recommends at most ten minutes."""

REFRESH_TOKEN: Final = timedelta(days=30)
"""Each exchange begins it anew: somebody who opens a site once a month stays signed in."""

APP_REFRESH_TOKEN: Final = timedelta(days=1)
"""The app asks anew with its credential and never exchanges one (contract 14.1), so a phone would leave dozens behind."""
