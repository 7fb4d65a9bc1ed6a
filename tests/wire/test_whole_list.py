"""Every address of the contract's list (section 15): served, or absent on purpose."""

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

SERVED = [
    "users/",
    "users/start_configuration",
    "users/validate_firebase_id_token",
    "users/send_session_otp",
    "users/confirm_session_otp",
    "users/check_name",
    "users/complete_profile",
    "users/recover/confirm_backup_code",
    "users/send_email_otp",
    "users/verify_email_otp",
    "users/update_profile",
    "users/credentials",
    "users/heartbeat",
    "users/report_integrity",
    "toggles/",
    "o/token/",
    "o/userinfo/",
    "o/introspect/",
    "messaging/retrieve_notifications/",
    "messaging/update_notification_received/",
    "messaging/update_consent/",
    "messaging/send_message/",
    "messaging/send/",
    "messaging/send_bulk/",
    "messaging/create_channel/",
    "messaging/send_fcm/",
    "users/fetch_users",
    "users/demo_users",
    "users/fetch_user_counts",
    "users/fetch_user_analytics",
    "users/generate_manual_otp",
    "users/add_credential",
    "users/add_user_analytics",
    "users/filter_users",
    "users/accept_credential/2f9c1d6a-0b7e-4f5c-8a3d-9e6b1c4f7a20",
    ".well-known/assetlinks.json",
    "users/fetch_db_key",
    "messaging/retrieve_messages/",
    "messaging/update_received/",
    "users/register",
    "users/validate_phone",
    "users/confirm_otp",
    "users/validate_secondary_phone",
    "users/confirm_secondary_otp",
    "users/recover",
    "users/recover/confirm_otp",
    "users/recover/secondary",
    "users/recover/confirm_secondary_otp",
    "users/recover/confirm_password",
    "users/recover/confirm_pin",
    "users/recover/reset_password",
    "users/recover/initiate_deactivation",
    "users/recover/confirm_deactivation",
    "users/phone_available",
    "users/change_phone",
    "users/change_password",
    "users/set_recovery_pin",
    "users/confirm_hq_invite",
    "users/forward_hq_invite",
    "hq_invite/",
    "users/profile/payment_phone_number",
    "users/profile/confirm_payment_otp",
    "users/fetch_payment_phone_numbers",
    "users/validate_payment_phone_numbers",
    "o/authorize/",
    "o/revoke_token/",
    "o/.well-known/openid-configuration",
    "o/.well-known/jwks.json",
    "o/logout/",
]

ABSENT = {
    "users/login": "a stub in the reference, which fails (contract 9)",
    "o/applications/": "clients are the admin's business",
    "o/applications/register/": "the same",
    "o/applications/1/": "the same",
    "o/applications/1/update/": "the same",
    "o/applications/1/delete/": "the same",
    "o/authorized_tokens/": "nobody signs in to this server to look at tokens",
    "o/authorized_tokens/1/delete/": "the same",
}


@pytest.mark.parametrize("path", SERVED)
def test_it_is_served_with_and_without_its_slash(path: str) -> None:
    twin = path.removesuffix("/") if path.endswith("/") else f"{path}/"
    for served in (path, twin):
        assert resolve(f"/{served}").func.__module__.startswith("connectid.")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ABSENT)
def test_it_is_absent_on_purpose(path: str) -> None:
    with pytest.raises(Resolver404):
        resolve(f"/{path}")
    for method in ("GET", "POST"):
        answer = Client().generic(method, f"/{path}")
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
