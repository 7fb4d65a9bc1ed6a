"""POST /users/complete_profile (contract 5.6)."""

from http import HTTPStatus
from typing import ClassVar

import msgspec

from connectid.accounts.errors import PhotoTooLarge, PhotoUnusable
from connectid.enrollment import errors
from connectid.enrollment.authentication import enrollment_session
from connectid.enrollment.operations import profile
from connectid.recovery.operations import backup_code
from connectid.web.endpoint import Body, Endpoint
from connectid.web.parsing import PHOTO_BODY
from connectid.web.problems import Refusal


class Profile(msgspec.Struct):
    """``photo`` is a data URL; ``recovery_pin`` is the backup code."""

    name: str | None = None
    recovery_pin: str | int | None = None
    photo: str | None = None


class NewAccount(msgspec.Struct):
    """``password`` is the device credential, ``db_key`` the storage key; none of the three is ever empty."""

    username: str
    password: str
    db_key: str
    invited_user: bool


class CompleteProfile(Endpoint):
    """Make the account of the number being enrolled."""

    auth = (enrollment_session,)
    body_limit = PHOTO_BODY
    error_key = "error"
    invalid = errors.MissingProfile
    refusals: ClassVar = (
        errors.ActiveAccountExists,
        errors.PhoneNotProven,
        Refusal(PhotoTooLarge, HTTPStatus.INTERNAL_SERVER_ERROR, key="error"),
        Refusal(PhotoUnusable, HTTPStatus.INTERNAL_SERVER_ERROR, key="error"),
    )

    def post(self, parsed_body: Body[Profile]) -> NewAccount:
        enrolled = profile.complete(
            session=enrollment_session.principal(self.request),
            name=parsed_body.name or "",
            backup_code=backup_code.as_typed(parsed_body.recovery_pin),
            photo_url=parsed_body.photo or "",
            at=self.received_at,
        )
        return NewAccount(
            username=enrolled.username,
            password=enrolled.credential,
            db_key=enrolled.storage_key,
            invited_user=enrolled.is_invited,
        )
