"""POST /users/update_profile (contract 5.11)."""

from http import HTTPStatus
from typing import ClassVar

import msgspec

from connectid.accounts import errors
from connectid.accounts.operations import profile
from connectid.devices.authentication import device_basic
from connectid.web.endpoint import Body, Endpoint
from connectid.web.parsing import PHOTO_BODY
from connectid.web.problems import Refusal


class ProfileChanges(msgspec.Struct):
    """What to change; what is empty or absent stays. ``photo`` is a data URL."""

    name: str | None = None
    secondary_phone: str | None = None
    photo: str | None = None


class UpdateProfile(Endpoint):
    """Change the caller's name, secondary phone or photo (contract 5.11)."""

    auth = (device_basic,)
    body_limit = PHOTO_BODY
    error_key = "error"
    # Not 400: on this endpoint a 400 crashes the app (contract 5.11).
    invalid = errors.ProfileRefused
    refusals: ClassVar = (
        errors.SecondaryPhoneRefused,
        Refusal(errors.PhotoTooLarge, HTTPStatus.INTERNAL_SERVER_ERROR, key="error"),
        Refusal(errors.PhotoUnusable, HTTPStatus.INTERNAL_SERVER_ERROR, key="error"),
    )

    def post(self, parsed_body: Body[ProfileChanges]) -> None:
        profile.update(
            account_id=device_basic.principal(self.request).account_id,
            name=parsed_body.name or "",
            secondary_phone=parsed_body.secondary_phone or "",
            photo_url=parsed_body.photo or "",
            at=self.received_at,
        )
