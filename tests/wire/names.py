"""Which fields name somebody's object: with a scene for each, or the reason why there is none."""

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

ANYBODYS = "the client's permission is to do this for every account, and the look-up is on record"
CLAIMED = "a number or address that the caller says is theirs: it counts for nothing until a code proves it"
OWN_CODE = (
    "a code is derived from the challenge of the caller's own account or session, as at confirm_payment_otp"
)
PUBLIC = "published for everybody"

REASONS: dict[tuple[str, str], str] = {
    ("/users/update_profile", "secondary_phone"): CLAIMED,
    ("/users/confirm_otp", "token"): OWN_CODE,
    (
        "/users/phone_available",
        "phone_number",
    ): "the contract has it tell older apps whether a number is taken",
    ("/users/change_phone", "old_phone_number"): "compared with the caller's own, and never looked up",
    ("/users/change_phone", "new_phone_number"): CLAIMED,
    ("/users/add_credential", "credentials"): "an issuer may award to everybody; what it awards is its own",
    ("/credentials/keys/{thumbprint}", "thumbprint"): PUBLIC,
    ("/credentials/status/{number}", "number"): PUBLIC,
    ("/users/fetch_users", "phone_numbers"): ANYBODYS,
    ("/users/filter_users", "credential"): ANYBODYS,
    ("/users/generate_manual_otp", "phone_number"): ANYBODYS,
    ("/users/forward_hq_invite", "phone_number"): ANYBODYS,
    ("/users/forward_hq_invite", "username"): "names an account of HQ, which is not looked up here",
    ("/users/forward_hq_invite", "invite_code"): "HQ's own, passed on as it is",
    ("/users/confirm_hq_invite", "invite_code"): "HQ's own, passed on for HQ to judge",
    ("/users/confirm_hq_invite", "user_token"): "passed on to HQ, which asks o/introspect whose it is",
    ("/messaging/send/", "usernames"): ANYBODYS,
    ("/messaging/send/", "username"): ANYBODYS,
    ("/messaging/send_bulk/", "messages"): ANYBODYS,
    ("/users/fetch_payment_phone_numbers", "usernames"): ANYBODYS,
    ("/users/add_user_analytics", "username"): "an issuer may say of everybody when they signed in",
    ("/users/start_configuration", "phone_number"): CLAIMED,
    (
        "/users/validate_firebase_id_token",
        "token",
    ): "signed by Firebase for one number, which must be the session's",
    ("/users/confirm_session_otp", "otp"): OWN_CODE,
    ("/users/send_email_otp", "email"): CLAIMED,
    ("/users/verify_email_otp", "email"): CLAIMED,
    ("/users/verify_email_otp", "otp"): OWN_CODE,
    ("/users/register", "username"): "a new account's; a taken one is refused",
    ("/users/register", "phone_number"): CLAIMED,
    ("/users/register", "recovery_phone"): CLAIMED,
    ("/users/register", "fcm_token"): "the app's own address at FCM, kept by account",
    ("/users/heartbeat", "fcm_token"): "the app's own address at FCM, kept by account",
    ("/users/report_integrity", "request_id"): "names a report of the caller's, and nothing is read",
    ("/users/report_integrity", "phone_number"): CLAIMED,
    ("/users/recover", "phone"): "the answer is the same whether anybody has it",
    (
        "/users/recover/confirm_password",
        "phone",
    ): "as the other recoveries: the session is found by secret and number",
    (
        "/users/recover/confirm_password",
        "secret_key",
    ): "as the other recoveries, and older apps have no backup code",
    ("/messaging/create_channel/", "connectid"): "every server may open a channel of its own to everybody",
    (
        "/messaging/send_message/",
        "message_id",
    ): "an id is taken for good by whoever sent it; test_send_message.py",
    ("/messaging/send_fcm/", "message_id"): "an id is taken for good by whoever sent it; test_send_fcm.py",
    ("/o/token/", "username"): "proven by the password beside it",
    ("/o/token/", "code"): "bound to its client and its code_verifier; test_authorize.py",
    ("/o/introspect/", "token"): ANYBODYS,
    ("/users/profile/payment_phone_number", "phone_number"): CLAIMED,
}
"""Fields that name an object, and may name anybody's."""
