"""Bodies that several endpoints have in common."""

import msgspec


class EmptyObject(msgspec.Struct):
    """``{}``: that something was done, where the contract wants a JSON object and it has nothing to say."""
