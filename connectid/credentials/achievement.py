"""What a verifiable credential says: an award in the words of W3C's data model 2.0 and of Open Badges 3.0."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from connectid.credentials import addresses
from connectid.credentials.models import Authority, Environment

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
TYPES = ("VerifiableCredential", "OpenBadgeCredential")

_KINDS = {"APP_ACTIVITY": "Achievement", "LEARN": "CertificateOfCompletion", "DELIVER": "Fieldwork"}
"""Open Badges' words for the types that partners send; anything else is an achievement."""

_SENTENCES = {
    "APP_ACTIVITY": "Used an app for work, as its records show.",
    "LEARN": "Completed the learning of an opportunity.",
    "DELIVER": "Delivered services of an opportunity.",
}
_SENTENCE = "Fulfilled what the authority that defines this achievement asks for."


@dataclass(frozen=True, slots=True)
class AwardToSign:
    """An award with all that is signed of it."""

    uuid: UUID
    awarded_at: datetime
    holder: UUID
    """The holder's name here and nowhere else: neither number nor username can be told from it."""
    name: str
    credential_id: int
    title: str
    type: str
    level: str
    slug: str
    app_id: str | None
    opportunity_id: str | None
    authority: str
    environment: str
    list_number: int
    list_index: int


def credential(award: AwardToSign, *, issuer_name: str, at: datetime, until: datetime) -> dict[str, Any]:
    """Return the credential, with those claims of a JWT that say the same (RFC 7519)."""
    status_list = addresses.status_list(award.list_number)
    identifier, subject = award.uuid.urn, award.holder.urn
    return {
        "@context": list(CONTEXTS),
        "id": identifier,
        "type": list(TYPES),
        "name": award.title,
        "issuer": {"id": addresses.issuer(), "type": ["Profile"], "name": issuer_name},
        "validFrom": moment(award.awarded_at),
        "validUntil": moment(until),
        "awardedDate": moment(award.awarded_at),
        "credentialSubject": {
            "id": subject,
            "type": ["AchievementSubject"],
            **_identity(award.name),
            "achievement": _achievement(award),
        },
        "credentialStatus": {
            "id": f"{status_list}#{award.list_index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(award.list_index),
            "statusListCredential": status_list,
        },
        "credentialSchema": [{"id": addresses.schema(), "type": "1EdTechJsonSchemaValidator2019"}],
        "iss": addresses.issuer(),
        "jti": identifier,
        "sub": subject,
        "iat": int(at.timestamp()),
        "exp": int(until.timestamp()),
    }


def moment(at: datetime) -> str:
    """``2026-07-22T10:11:12Z``: XML Schema's dateTimeStamp, to the second."""
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _identity(name: str) -> dict[str, Any]:
    if not name:
        return {}
    entry = {"type": "IdentityObject", "identityType": "name", "hashed": False, "identityHash": name}
    return {"identifier": [entry]}


def _achievement(award: AwardToSign) -> dict[str, Any]:
    authority = Authority(award.authority)
    known_as = {"slug": award.slug, "app_id": award.app_id, "opportunity_id": award.opportunity_id}
    return {
        "id": uuid5(NAMESPACE_URL, f"{addresses.issuer()}#{award.credential_id}").urn,
        "type": ["Achievement"],
        "achievementType": _KINDS.get(award.type, "Achievement"),
        "name": award.title,
        "description": f"{award.title}. Awarded by {authority.label} ({Environment(award.environment).value}).",
        "criteria": {"narrative": _SENTENCES.get(award.type, _SENTENCE)},
        "humanCode": award.level,
        "creator": {
            "id": f"{addresses.issuer()}#{award.authority}-{award.environment}",
            "type": ["Profile"],
            "name": authority.label,
        },
        "otherIdentifier": [
            {"type": "IdentifierEntry", "identifier": value, "identifierType": f"ext:{name}"}
            for name, value in known_as.items()
            if value is not None
        ],
    }
