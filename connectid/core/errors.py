"""Refusals: the anticipated "no" of a feature.

A refusal says what it means (``kind``) and which word the wire uses for it (``code``); it knows nothing of
HTTP. The web layer alone turns a kind into a status and a refusal into a body. Anything that is not a refusal
is a fault, and becomes a plain 500.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, ClassVar


class Kind(Enum):
    """What sort of "no" a refusal is."""

    INVALID = "invalid"
    """The request is well formed and makes no sense."""
    UNAUTHENTICATED = "unauthenticated"
    """We do not know who is asking, or no longer believe it."""
    FORBIDDEN = "forbidden"
    """We know who is asking, and the answer is no."""
    NOT_FOUND = "not_found"
    """There is no such thing, or it is not the caller's to see."""
    CONFLICT = "conflict"
    """The request contradicts what is already so."""
    TOO_LARGE = "too_large"
    """The request holds more than the operation takes."""
    RATE_LIMITED = "rate_limited"
    """Too often; ``retry_after`` says when, or is None when waiting will not help."""
    UNAVAILABLE = "unavailable"
    """Something we depend on does not answer; the same request may succeed later."""


class DomainError(Exception):
    """A refusal. One subclass each; its docstring says when it happens and appears in the reference.

    ``code`` is a wire contract: never rename one that clients know. ``retry_after`` is in whole seconds.
    """

    code: ClassVar[str]
    kind: ClassVar[Kind]
    sub_code: ClassVar[str | None] = None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if not (cls.__doc__ or "").strip():
            raise TypeError(f"{cls.__qualname__} needs a docstring saying when it happens")

    def __init__(self, *, retry_after: int | None = None) -> None:
        super().__init__()
        self.retry_after = retry_after

    def told(self) -> str:
        """Say it on the wire: the code, unless a subclass says more."""
        return self.code

    def __str__(self) -> str:
        return self.code if self.sub_code is None else f"{self.code}/{self.sub_code}"


class FieldsRefused(DomainError):
    """Some fields cannot be taken as they are; the answer names each, with reasons in words for people."""

    code = "Why this cannot be taken."
    kind = Kind.INVALID
    names: ClassVar[tuple[str, ...]] = ()
    """The fields that it may name."""
    nested: ClassVar[bool] = False
    """Whether a field may have items or fields of its own, and its reasons the shape of what they refuse."""

    def __init__(
        self,
        reasons: Mapping[str, Sequence[Any] | Mapping[Any, Any]] | None = None,
        *,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(retry_after=retry_after)
        self.reasons = dict(reasons or {})
