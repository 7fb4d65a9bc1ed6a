"""Key rings for tests: ``OLD`` before a rotation, ``ROTATED`` after it, ``NEW`` once the old key is gone."""

from connectid.core.keyring import Key, KeyRing

_FIRST = Key("2026a", bytes(range(32)))
_SECOND = Key("2026b", bytes(range(32, 96)))

OLD = KeyRing([_FIRST])
ROTATED = KeyRing([_SECOND, _FIRST])
NEW = KeyRing([_SECOND])
SAME_ID_OTHER_KEY = KeyRing([Key("2026a", bytes(32))])
