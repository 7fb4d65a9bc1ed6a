"""Firebase ID tokens as Google signs them: RS256, with a certificate Google publishes."""

from datetime import datetime

from django.core.exceptions import ImproperlyConfigured
from joserfc import jws
from joserfc.errors import JoseError

from connectid.providers.errors import Rejected
from connectid.providers.phone_proof import INVALID_TOKEN, ProvenPhone
from connectid.providers.phone_proof.certificates import Certificates
from connectid.providers.phone_proof.id_token import check, proven_phone, read, segments

# Header fields that ask the receiver to take the key, or the rules, from the token itself (RFC 7515, 4.1).
_KEY_FROM_TOKEN = {"jwk", "jku", "x5c", "x5u", "crit", "b64"}


class FirebaseProver:
    """Checks the tokens of one Firebase project."""

    def __init__(self, project_id: str, *, certificates_url: str) -> None:
        if not project_id:
            raise ImproperlyConfigured("FIREBASE_PROJECT_ID is not set")
        self._project_id = project_id
        self._certificates = Certificates(certificates_url)
        self._registry = jws.JWSRegistry(algorithms=["RS256"], strict_check_header=False)

    def verify(self, token: str, *, at: datetime) -> ProvenPhone:
        """Return what the token proves; see ``PhoneProver.verify``."""
        header_segment, payload, _ = segments(token)
        header = read(header_segment)
        key_id = header.get("kid")
        if (
            header.get("alg") != "RS256"
            or not isinstance(key_id, str)
            or not _KEY_FROM_TOKEN.isdisjoint(header)
        ):
            raise Rejected(INVALID_TOKEN)
        # The claims are looked at before the signature, so that a token of another project, or an old one, costs no
        # request to Google. Nothing of them is believed until the signature is checked.
        claims = read(payload)
        check(claims, project_id=self._project_id, at=at)
        key = self._certificates.key(key_id)
        if key is None:
            raise Rejected(INVALID_TOKEN)
        try:
            jws.deserialize_compact(token, key, registry=self._registry)
        except (JoseError, ValueError):
            raise Rejected(INVALID_TOKEN) from None
        return proven_phone(claims)
