"""The two ways in which a provider can fail.

Reasons are written to logs and to the job table, so they never hold a phone number, an address, a code or a secret.
"""


class ProviderError(Exception):
    """A provider did not do what it was asked; one of the two subclasses says whether trying again can help."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Rejected(ProviderError):
    """The provider understood the request and refused it for good; the same request will be refused again."""


class Unavailable(ProviderError):
    """The provider could not answer now; the same request may succeed later.

    ``retry_after`` is the number of seconds the provider asked us to wait, or ``None`` when it did not say.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
