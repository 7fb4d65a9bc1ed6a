"""Which fields name somebody's object, with a scene for each; :mod:`tests.wire.reasons` says why the others have none."""

from collections.abc import Callable

from tests.wire import foreign
from tests.wire.foreign import Scene

SCENES: dict[tuple[str, str], Callable[[], Scene]] = {
    ("/users/credentials/{uuid}/verifiable", "uuid"): foreign.verifiable,
    ("/users/revoke_credential", "credentials"): foreign.revoke_credential,
    ("/messaging/update_consent/", "channel"): foreign.update_consent,
    ("/messaging/send_message/", "channel"): foreign.send_message,
    ("/messaging/send_fcm/", "channel"): foreign.send_fcm,
    ("/messaging/update_received/", "messages"): foreign.update_received,
    ("/messaging/update_notification_received/", "notifications"): foreign.update_notification_received,
    ("/o/revoke_token/", "token"): foreign.revoke_token,
    ("/o/token/", "refresh_token"): foreign.refresh_token,
    ("/users/profile/confirm_payment_otp", "token"): foreign.confirm_payment_otp,
    ("/users/validate_payment_phone_numbers", "updates"): foreign.validate_payment_phone_numbers,
    ("/users/confirm_secondary_otp", "token"): foreign.confirm_secondary_otp,
    ("/users/recover/confirm_otp", "secret_key"): foreign.recovering("confirm_otp", foreign.code_of_first),
    ("/users/recover/confirm_pin", "secret_key"): foreign.recovering(
        "confirm_pin", foreign.backup_code, "confirm_otp"
    ),
    ("/users/recover/secondary", "secret_key"): foreign.recovering(
        "secondary", foreign.nothing, "confirm_otp"
    ),
    ("/users/recover/confirm_secondary_otp", "secret_key"): foreign.recovering(
        "confirm_secondary_otp", foreign.code_of_second, "confirm_otp"
    ),
    ("/users/recover/reset_password", "secret_key"): foreign.recovering(
        "reset_password", foreign.new_password, "confirm_otp", "confirm_pin"
    ),
    ("/users/recover/initiate_deactivation", "secret_key"): foreign.recovering(
        "initiate_deactivation", foreign.nothing, "confirm_otp"
    ),
    ("/users/recover/confirm_deactivation", "secret_key"): foreign.recovering(
        "confirm_deactivation", foreign.closing_code, "confirm_otp"
    ),
}
"""By path and field."""

NAMES_NOTHING = frozenset(
    [
        "application_id",
        "body",
        "callback_url",
        "cc_device_id",
        "channel_name",
        "channel_source",
        "code_verifier",
        "consent",
        "content",
        "country",
        "data",
        "device",
        "device_error",
        "fcm_options",
        "gps_location",
        "hq_sso_date",
        "grant_type",
        "name",
        "owner_name",
        "password",
        "photo",
        "reason",
        "recovery_pin",
        "redirect_uri",
        "scope",
        "status",
        "timestamp",
        "title",
        "token_type_hint",
        "user_domain",
    ]
)
"""Fields that say something, and do not name an object."""
