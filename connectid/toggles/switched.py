"""Endpoints that are there only while a switch is on."""

from collections.abc import Iterator
from typing import ClassVar

from connectid.toggles import queries
from connectid.web.endpoint import Endpoint
from connectid.web.problems import NotFound, Refusal


class SwitchedEndpoint(Endpoint):
    """An endpoint that does not exist, whoever asks, while :attr:`switch` is off (contract 5.12)."""

    switch: ClassVar[str]

    def admit(self) -> None:
        """Raise :class:`~connectid.web.problems.NotFound` while the switch is off."""
        if not queries.is_on(self.switch, at=self.received_at):
            raise NotFound

    @classmethod
    def _declared_refusals(cls) -> Iterator[Refusal]:
        yield from super()._declared_refusals()
        yield Refusal(NotFound, key="detail")
