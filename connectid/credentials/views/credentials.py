"""GET /users/credentials (contract 5.10)."""

import msgspec

from connectid.core import datetimes
from connectid.credentials import queries
from connectid.devices.authentication import device_basic
from connectid.web.endpoint import Endpoint


class ListedCredential(msgspec.Struct):
    """An award. The app crashes where one of the ten keys is missing (contract 4.1)."""

    uuid: str
    app_id: str | None
    opp_id: str | None
    date: str
    """When it was awarded."""
    title: str
    issuer: str
    issuer_environment: str
    level: str
    type: str
    slug: str


class HeldCredentials(msgspec.Struct):
    """What the caller holds, the oldest first; accepted or not."""

    credentials: list[ListedCredential]


class Credentials(Endpoint):
    """The credentials that the caller holds."""

    auth = (device_basic,)
    fast = True
    ahead = staticmethod(queries.holding)

    def get(self) -> HeldCredentials:
        held = queries.held_by(device_basic.principal(self.request).account_id)
        return HeldCredentials(
            [
                ListedCredential(
                    uuid=str(one.uuid),
                    app_id=one.app_id,
                    opp_id=one.opportunity_id,
                    date=datetimes.iso_format(one.awarded_at),
                    title=one.title,
                    issuer=one.authority,
                    issuer_environment=one.environment,
                    level=one.level,
                    type=one.type,
                    slug=one.slug,
                )
                for one in held
            ]
        )
