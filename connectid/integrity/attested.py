"""What a phone presents with a request, and what was found out about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from connectid.core.errors import DomainError
from connectid.providers.attestation import Attestation

DEFAULT_PACKAGE = "org.commcare.dalvik"
"""The app's Android package, where a request names none (contract 5.1, 5.14)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """An attestation token and the request that it is meant for."""

    token: str
    """``CC-Integrity-Token``; empty when the app could not obtain one."""
    claimed_hash: str
    """``CC-Request-Hash``: the hash of the request that the phone bound the token to."""
    package: str
    """``application_id``: the Android package that the phone says it runs."""
    body: Mapping[str, object]
    """The request's body as received, its keys in the order in which they came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a request is taken for genuine."""

    refusal: DomainError | None = None
    """Why not, for the caller to raise or, for an invited number, to overlook (contract 5.1); None: it is."""
    reason: str = ""
    """The same in a word of ours, for logs and staff."""
    attestation: Attestation | None = None
    """What Google stated; None where it was not asked or did not answer."""

    @property
    def passed(self) -> bool:
        """Whether nothing was found wanting."""
        return self.refusal is None
