"""Endpoints that only older apps call (contract 9): there while ``LEGACY_MOBILE_API`` is on."""

from collections.abc import Iterator

from django.conf import settings

from connectid.web.endpoint import Endpoint
from connectid.web.problems import NotFound, Refusal


class LegacyEndpoint(Endpoint):
    """An endpoint that does not exist, whoever asks, while ``LEGACY_MOBILE_API`` is off."""

    def admit(self) -> None:
        """Raise :class:`~connectid.web.problems.NotFound` while the setting is off; no statement."""
        if not settings.LEGACY_MOBILE_API:
            raise NotFound

    @classmethod
    def _declared_refusals(cls) -> Iterator[Refusal]:
        yield from super()._declared_refusals()
        yield Refusal(NotFound, key="detail")
