"""POST /users/validate_firebase_id_token (contract 5.2)."""

from http import HTTPStatus
from typing import ClassVar

import msgspec

from connectid.enrollment import errors
from connectid.enrollment.authentication import enrollment_session
from connectid.enrollment.operations import phone
from connectid.web.endpoint import Body, Endpoint
from connectid.web.problems import Refusal


class FirebaseProof(msgspec.Struct):
    """A Firebase ID token."""

    token: str | None = None


class ValidateFirebaseIdToken(Endpoint):
    """Prove the session's number by a Firebase ID token."""

    auth = (enrollment_session,)
    error_key = "error"
    invalid = errors.MissingIdToken
    refusals: ClassVar = (
        errors.IdTokenRefused,
        errors.IdTokenWithoutUid,
        errors.PhoneMismatch,
        Refusal(errors.ProofUnavailable, HTTPStatus.SERVICE_UNAVAILABLE, key="error_code"),
    )

    def post(self, parsed_body: Body[FirebaseProof]) -> None:
        session = enrollment_session.principal(self.request)
        phone.prove_by_firebase(session=session, token=parsed_body.token or "", at=self.received_at)
