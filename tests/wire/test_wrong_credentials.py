"""Every route that asks for credentials, called by everybody who has none or those of another kind (contract 3)."""

import json

import pytest
from django.test import override_settings

from tests.wire.api import ENDPOINTS, Route
from tests.wire.callers import changes, refused_by

pytestmark = pytest.mark.django_db

CLOSED = [
    route
    for route in ENDPOINTS
    if route.endpoint is not None
    and route.endpoint.auth
    and all(scheme.required for scheme in route.endpoint.auth)
]


def test_what_asks_for_no_credentials_is_known() -> None:
    """A new endpoint that everybody may call is a decision."""
    open_to_all = {route.template for route in ENDPOINTS} - {route.template for route in CLOSED}
    assert open_to_all == {
        "/.well-known/assetlinks.json",
        "/.well-known/jwt-vc-issuer/credentials/issuer",
        "/.well-known/oauth-authorization-server/o",
        "/.well-known/openid-configuration/o",
        "/.well-known/vc-jwks.json",
        "/credentials/issuer",
        "/credentials/keys/{thumbprint}",
        "/credentials/status/{number}",
        "/o/.well-known/jwks.json",
        "/o/.well-known/openid-configuration",
        "/toggles/",
        "/users/phone_available",
        "/users/recover",
        "/users/recover/confirm_deactivation",
        "/users/recover/confirm_otp",
        "/users/recover/confirm_password",
        "/users/recover/confirm_pin",
        "/users/recover/confirm_secondary_otp",
        "/users/recover/initiate_deactivation",
        "/users/recover/reset_password",
        "/users/recover/secondary",
        "/users/register",
        "/users/report_integrity",
        "/users/start_configuration",
    }


@pytest.mark.parametrize("route", CLOSED, ids=str)
def test_credentials_of_another_kind_open_nothing_and_change_nothing(route: Route) -> None:
    assert route.endpoint is not None
    schemes = list(route.endpoint.auth or ())
    route.opened()  # its switch is on
    callers = refused_by(schemes)
    body = json.dumps(dict.fromkeys(route.fields, "1") if "POST" in route.methods else {})
    with override_settings(RATE_LIMITS=False), changes() as changed:
        for method in route.methods:
            for kind, headers in callers.items():
                sent = {"data": body, "content_type": "application/json"} if method == "POST" else {}
                answer = route.call(method, headers=headers, **sent)
                route.assert_as_described(method, answer)
                assert answer.status_code in (401, 403), f"{method} by {kind}: {answer.content!r}"
                if schemes[0].missing.key == "empty":  # contract A4
                    assert (answer.status_code, answer.content) == (403, b""), f"{method} by {kind}"
    assert not changed
