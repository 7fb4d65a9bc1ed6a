"""Endpoints that only older apps call (contract 9): there while ``LEGACY_MOBILE_API`` is on."""

from collections.abc import Iterator, Sequence

import msgspec
from django.conf import settings

from connectid.core.errors import DomainError, Kind
from connectid.web.endpoint import Endpoint
from connectid.web.problems import NotFound, Refusal


class MissingKeys(DomainError):
    """The body lacks keys, or has them empty; their names follow these words, with commas between."""

    code = "OTP missing required key"
    kind = Kind.INVALID

    def __init__(self, names: Sequence[str] = ()) -> None:
        super().__init__()
        self.names = names

    def told(self) -> str:
        """The words that older apps know, with the names (contract 9)."""
        return f"{self.code} {','.join(self.names)}"


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


def required(body: msgspec.Struct) -> tuple[str, ...]:
    """Return the texts of all fields of ``body``, in their order; raise :class:`MissingKeys` where one is missing or empty."""
    texts = {name: getattr(body, name) for name in body.__struct_fields__}
    missing = [name for name, text in texts.items() if text is None or text == ""]
    if missing:
        raise MissingKeys(missing)
    return tuple(str(text) for text in texts.values())
