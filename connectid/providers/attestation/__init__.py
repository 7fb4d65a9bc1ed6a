"""Attestation: what the phone's platform says about the app and the device that sent a request.

The phone presents a token (contract 5.1, 5.14); an ``Attestor`` turns it into an ``Attestation``, the statement it
holds; ``verdict.judge`` decides whether that statement is good enough.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol, cast

from django.conf import settings
from django.core.signals import setting_changed

from connectid.providers.errors import Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """A decoded Play Integrity payload, with the names of Google's fields in the comments.

    Google adds fields and leaves fields out as it likes, so whatever is missing or of another type is ``None`` or
    empty here; ``verdict.judge`` refuses what it needs and does not find.
    """

    request_hash: str | None = None  # requestDetails.requestHash
    request_package: str | None = None  # requestDetails.requestPackageName
    timestamp_millis: int | None = None  # requestDetails.timestampMillis, since the Unix epoch
    app_package: str | None = None  # appIntegrity.packageName
    app_recognition: str | None = None  # appIntegrity.appRecognitionVerdict
    certificate_digests: tuple[str, ...] = ()  # appIntegrity.certificateSha256Digest, base64url
    device_labels: frozenset[str] = frozenset()  # deviceIntegrity.deviceRecognitionVerdict
    app_licensing: str | None = None  # accountDetails.appLicensingVerdict

    @classmethod
    def from_answer(cls, answer: object) -> "Attestation":
        """Read the body that ``decodeIntegrityToken`` answers; raises ``Rejected`` when it holds no payload at all."""
        payload = answer.get("tokenPayloadExternal") if isinstance(answer, dict) else None
        if not isinstance(payload, dict):
            raise Rejected("the attestation service answered without a payload")
        request = _section(payload, "requestDetails")
        app = _section(payload, "appIntegrity")
        return cls(
            request_hash=_text(request.get("requestHash")),
            request_package=_text(request.get("requestPackageName")),
            timestamp_millis=_whole_number(request.get("timestampMillis")),
            app_package=_text(app.get("packageName")),
            app_recognition=_text(app.get("appRecognitionVerdict")),
            certificate_digests=tuple(_texts(app.get("certificateSha256Digest"))),
            device_labels=frozenset(
                _texts(_section(payload, "deviceIntegrity").get("deviceRecognitionVerdict"))
            ),
            app_licensing=_text(_section(payload, "accountDetails").get("appLicensingVerdict")),
        )


class Attestor(Protocol):
    """Decodes attestation tokens."""

    def decode(self, *, token: str, package: str, deadline: float, claimed_hash: str = "") -> Attestation:
        """Return what ``token``, presented for the Android package ``package``, states.

        ``deadline`` is in seconds. ``claimed_hash`` is the hash the phone says it bound the token to. A vendor ignores it,
        because its answer holds the signed one; the sandbox, which has nothing signed, builds its ordinary statement on it.
        Raises ``Rejected`` for a token or a package name that is no good, ``Unavailable`` when the service cannot say.
        """


@cache
def pick() -> Attestor:
    """Return the process's attestor, as ``INTEGRITY_PROVIDER`` says: ``play`` or ``sandbox``."""
    if settings.INTEGRITY_PROVIDER == "play":
        from connectid.providers.attestation.play import PlayAttestor

        return PlayAttestor.from_settings()
    from connectid.providers.attestation.sandbox import SandboxAttestor

    return SandboxAttestor()


_SETTINGS = {"INTEGRITY_PROVIDER", "PLAY_SERVICE_ACCOUNT", "PLAY_INTEGRITY_URL", "GOOGLE_TOKEN_URL"}


def _forget_choice(*, setting: str, **_: object) -> None:
    if setting in _SETTINGS:
        pick.cache_clear()


setting_changed.connect(_forget_choice)


def _section(payload: Mapping[str, object], name: str) -> Mapping[str, object]:
    section = payload.get(name)
    return cast(Mapping[str, object], section) if isinstance(section, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _whole_number(value: object) -> int | None:
    """Read an int64, which Google's JSON writes as text."""
    if isinstance(value, str) and len(value) < 20 and value.isascii() and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
