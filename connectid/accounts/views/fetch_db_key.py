"""GET /users/fetch_db_key (contract 9; apps up to 2.60)."""

import msgspec

from connectid.accounts import queries
from connectid.devices.authentication import device_basic
from connectid.web.endpoint import Endpoint


class StorageKey(msgspec.Struct):
    """The key of the phone's local database."""

    db_key: str


class FetchDbKey(Endpoint):
    """The storage key of the caller's account (contract 9; apps up to 2.60)."""

    auth = (device_basic,)
    fast = True

    def get(self) -> StorageKey:
        device = device_basic.principal(self.request)
        return StorageKey(db_key=queries.storage_key(device.sealed_storage_key))
