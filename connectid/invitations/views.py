"""Endpoints about invitations."""

from http import HTTPStatus
from typing import ClassVar, Literal

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from connectid.core import clock
from connectid.devices.authentication import device_basic
from connectid.invitations import app_links, errors, operations, queries
from connectid.oauth.authentication import client_basic
from connectid.oauth.permissions import Permission
from connectid.web import languages
from connectid.web.endpoint import Body, Endpoint
from connectid.web.html_pages import page
from connectid.web.pages import read_only
from connectid.web.problems import Refusal


class Target(msgspec.Struct):
    """An app, as its certificates tell it."""

    namespace: Literal["android_app"]
    package_name: str
    sha256_cert_fingerprints: list[str]


class Statement(msgspec.Struct):
    """What an app may do with the links of this host."""

    relation: list[Literal["delegate_permission/common.handle_all_urls"]]
    target: Target


class AssetLinks(Endpoint):
    """The apps that may open the links of this host, for Android to read (contract 8)."""

    versioned = False  # it never was (contract 2.2)

    def get(self) -> list[Statement]:
        signers: app_links.Signers = settings.ANDROID_CERT_FINGERPRINTS
        packages = dict.fromkeys((*app_links.PACKAGES, *(package for package, _ in signers)))
        return [
            Statement(
                relation=["delegate_permission/common.handle_all_urls"],
                target=Target(
                    "android_app",
                    package,
                    [fingerprint for owner, fingerprint in signers if owner == package],
                ),
            )
            for package in packages
        ]


may_pass_invites_on = client_basic(Permission.INVITES)


class InviteToForward(msgspec.Struct):
    """An invitation of CommCare HQ: to whom, as whom, in which project, and where the confirmation goes."""

    phone_number: str = ""
    callback_url: str = ""
    username: str = ""
    user_domain: str = ""
    invite_code: str = ""


class Success(msgspec.Struct):
    """Done."""

    success: bool = True


class ForwardHqInvite(Endpoint):
    """Pass an invitation of CommCare HQ on to the worker of a number; the answer does not tell whether anybody has it."""

    auth = (may_pass_invites_on,)
    error_key = "error"
    invalid = errors.InviteIncomplete
    refusals: ClassVar = (errors.InviteIncomplete, errors.UnauthorizedCallback)

    def post(self, parsed_body: Body[InviteToForward]) -> Success:
        operations.forward(
            phone_number=parsed_body.phone_number,
            callback_url=parsed_body.callback_url,
            hq_username=parsed_body.username,
            hq_domain=parsed_body.user_domain,
            invite_code=parsed_body.invite_code,
            client_id=may_pass_invites_on.principal(self.request).client_id,
            at=self.received_at,
        )
        return Success()


class InviteToConfirm(msgspec.Struct):
    """What the app read from the link, and the access token by which HQ asks us who the worker is."""

    invite_code: str = ""
    user_token: str = ""
    callback_url: str = ""


class ConfirmHqInvite(Endpoint):
    """Tell CommCare HQ that the caller accepts its invitation."""

    auth = (device_basic,)
    error_key = "error"
    invalid = errors.InviteIncomplete
    refusals: ClassVar = (
        errors.InviteIncomplete,
        errors.UnauthorizedCallback,
        Refusal(errors.CallbackFailed, HTTPStatus.INTERNAL_SERVER_ERROR, key="error"),
    )

    def post(self, parsed_body: Body[InviteToConfirm]) -> Success:
        operations.confirm(
            account_id=device_basic.principal(self.request).account_id,
            invite_code=parsed_body.invite_code,
            token=parsed_body.user_token,
            callback_url=parsed_body.callback_url,
        )
        return Success()


@read_only
def hq_invite(request: HttpRequest) -> HttpResponse:
    """The page that an invitation's link opens, where the app does not open it itself. It changes nothing."""
    found = queries.invitation(request.GET.get("invite", ""), at=clock.now())
    with languages.spoken(request) as language:
        template = "hq_invite" if found else "no_invite"
        status = HTTPStatus.OK if found else HTTPStatus.NOT_FOUND
        response = page(request, f"invitations/{template}.html", status=status, invitation=found)
    languages.note(response, language)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
