"""Why a field that names an object may name anybody's, and which test shows that this gives nothing away."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """Why it may; ``test`` is the one that shows it: a path below ``connectid/``, and a name."""

    why: str
    test: str


def by(test: str, why: str) -> Reason:
    """A reason, its test first."""
    return Reason(why, test)


ON_RECORD = "the client's permission is to look up every account, and each look-up is on record"
ANYBODYS = "the client's permission is to do this for every account"
CLAIMED = "a number or address that the caller says is theirs: it counts for nothing until a code proves it"
OWN_CODE = "a code is derived from the challenge of the caller's own account or session"
PUBLIC = "published for everybody"
HQS_OWN = "HQ's own, passed on for HQ to judge"
TAKEN = "an id is taken for good, which is all that others are told (E-10)"
ADDRESS = "the app's own address at FCM, kept by account"

REASONS: dict[tuple[str, str], Reason] = {
    ("/users/update_profile", "secondary_phone"): by(
        "accounts/tests/test_update_profile.py::test_a_second_number_is_not_proven_by_naming_it", CLAIMED
    ),
    ("/users/confirm_otp", "token"): by(
        "accounts/tests/test_confirm_otp.py::test_a_code_is_for_the_account_that_asked", OWN_CODE
    ),
    ("/users/phone_available", "phone_number"): by(
        "accounts/tests/test_phone_available.py::test_an_address_runs_out_alike_for_known_and_unknown_numbers",
        "the contract has it tell older apps whether a number is taken, a few times",
    ),
    ("/users/change_phone", "old_phone_number"): by(
        "accounts/tests/test_change_phone.py::test_another_old_number",
        "compared with the caller's own, and never looked up",
    ),
    ("/users/change_phone", "new_phone_number"): by(
        "accounts/tests/test_change_phone.py::test_a_code_of_the_old_number_proves_no_new_one", CLAIMED
    ),
    ("/users/add_credential", "credentials"): by(
        "credentials/tests/test_add_credential.py::test_the_same_name_of_another_issuer_is_another_credential",
        "an issuer may award to everybody; what it awards is its own",
    ),
    ("/credentials/keys/{thumbprint}", "thumbprint"): by(
        "credentials/tests/test_issuer_documents.py::test_anybody_may_read_and_keep_them", PUBLIC
    ),
    ("/credentials/status/{number}", "number"): by(
        "credentials/tests/test_status_list.py::test_it_shows_what_was_revoked_and_nothing_else", PUBLIC
    ),
    ("/users/fetch_users", "phone_numbers"): by(
        "directory/tests/test_fetch_users.py::test_a_look_up_is_on_record", ON_RECORD
    ),
    ("/users/filter_users", "credential"): by(
        "directory/tests/test_filter_users.py::test_a_look_up_is_on_record", ON_RECORD
    ),
    ("/users/generate_manual_otp", "phone_number"): by(
        "enrollment/tests/test_generate_manual_otp.py::test_a_look_is_on_record", ON_RECORD
    ),
    ("/users/forward_hq_invite", "phone_number"): by(
        "invitations/tests/test_forward_hq_invite.py::test_a_number_that_nobody_has",
        "the answer is the same whether anybody has it",
    ),
    ("/users/forward_hq_invite", "username"): by(
        "invitations/tests/test_forward_hq_invite.py::test_the_worker_gets_a_link_and_a_notification",
        "names an account of HQ, which is not looked up here",
    ),
    ("/users/forward_hq_invite", "invite_code"): by(
        "invitations/tests/test_forward_hq_invite.py::test_the_code_is_unreadable_in_the_database_and_the_admin",
        HQS_OWN,
    ),
    ("/users/confirm_hq_invite", "invite_code"): by(
        "invitations/tests/test_confirm_hq_invite.py::test_hq_hears_of_it", HQS_OWN
    ),
    ("/users/confirm_hq_invite", "user_token"): by(
        "invitations/tests/test_confirm_hq_invite.py::test_hq_hears_of_it",
        "passed on to HQ, which asks o/introspect whose it is",
    ),
    ("/messaging/send/", "usernames"): by(
        "notifications/tests/test_send_refused.py::test_who_may_not_send", ANYBODYS
    ),
    ("/messaging/send/", "username"): by(
        "notifications/tests/test_send_refused.py::test_who_may_not_send", ANYBODYS
    ),
    ("/messaging/send_bulk/", "messages"): by(
        "notifications/tests/test_send_bulk.py::test_who_may_not_send", ANYBODYS
    ),
    ("/users/fetch_payment_phone_numbers", "usernames"): by(
        "payments/tests/test_fetch_payment_phone_numbers.py::test_the_log_names_the_client_and_no_number",
        ON_RECORD,
    ),
    ("/users/add_user_analytics", "username"): by(
        "insights/tests/test_add_user_analytics.py::test_who_may_not",
        "an issuer may say of everybody when they signed in",
    ),
    ("/users/start_configuration", "phone_number"): by(
        "enrollment/tests/test_check_name.py::test_a_number_that_is_not_proven", CLAIMED
    ),
    ("/users/validate_firebase_id_token", "token"): by(
        "enrollment/tests/test_validate_firebase_id_token.py::test_a_token_of_another_number",
        "signed by Firebase for one number, which must be the session's",
    ),
    ("/users/confirm_session_otp", "otp"): by(
        "enrollment/tests/test_confirm_session_otp.py::test_a_code_opens_only_the_session_that_asked",
        OWN_CODE,
    ),
    ("/users/send_email_otp", "email"): by(
        "enrollment/tests/test_verify_email_otp.py::test_an_address_without_a_code", CLAIMED
    ),
    ("/users/verify_email_otp", "email"): by(
        "enrollment/tests/test_verify_email_otp.py::test_an_address_of_another_account", CLAIMED
    ),
    ("/users/verify_email_otp", "otp"): by(
        "enrollment/tests/test_verify_email_otp.py::test_somebody_elses_code_is_of_no_use", OWN_CODE
    ),
    ("/users/register", "username"): by(
        "enrollment/tests/test_register.py::test_a_username_is_one_persons_whatever_the_case_of_its_letters",
        "a new account's; a taken one is refused",
    ),
    ("/users/register", "phone_number"): by(
        "enrollment/tests/test_register.py::test_the_number_is_nobodys_until_it_is_proven", CLAIMED
    ),
    ("/users/register", "recovery_phone"): by(
        "enrollment/tests/test_register.py::test_a_second_number_and_what_is_not_kept", CLAIMED
    ),
    ("/users/register", "fcm_token"): by(
        "enrollment/tests/test_register.py::test_pushes_reach_the_phone_from_the_first_moment", ADDRESS
    ),
    ("/users/heartbeat", "fcm_token"): by(
        "notifications/tests/test_heartbeat.py::test_on_another_phone_its_owner_keeps_it", ADDRESS
    ),
    ("/users/report_integrity", "request_id"): by(
        "integrity/tests/test_report_integrity.py::test_a_report_is_judged_once",
        "names a report of the caller's, and nothing is read",
    ),
    ("/users/report_integrity", "phone_number"): by(
        "integrity/tests/test_report_integrity.py::test_a_number_that_is_none_is_overlooked",
        "tells whether it is a fictitious one, and no account is looked up",
    ),
    ("/users/recover", "phone"): by(
        "recovery/tests/test_enumeration.py::test_status_body_length_headers_and_statements_are_the_same",
        "the answer is the same whether anybody has it",
    ),
    ("/users/recover/confirm_password", "phone"): by(
        "recovery/tests/test_confirm_password.py::test_another_secret",
        "the session is found by secret and number",
    ),
    ("/users/recover/confirm_password", "secret_key"): by(
        "recovery/tests/test_confirm_password.py::test_another_secret",
        "as the other recoveries; older apps have no backup code",
    ),
    ("/messaging/create_channel/", "connectid"): by(
        "messaging/tests/test_create_channel.py::test_servers_do_not_share_channels",
        "every server may open a channel of its own to everybody",
    ),
    ("/messaging/send_message/", "message_id"): by(
        "messaging/tests/test_send_message.py::test_ids_of_other_messages_are_not_sent_again", TAKEN
    ),
    ("/messaging/send_fcm/", "message_id"): by(
        "messaging/tests/test_send_fcm.py::test_of_another_servers_id_only_that_it_is_taken", TAKEN
    ),
    ("/o/token/", "username"): by(
        "oauth/tests/test_token_password.py::test_somebody_else_s_credential",
        "proven by the password beside it",
    ),
    ("/o/token/", "code"): by(
        "oauth/tests/test_token_code.py::test_a_code_of_another_client",
        "bound to its client and its code_verifier",
    ),
    ("/o/introspect/", "token"): by(
        "oauth/tests/test_introspect.py::test_a_client_without_the_permission", ANYBODYS
    ),
    ("/users/profile/payment_phone_number", "phone_number"): by(
        "payments/tests/test_fetch_payment_phone_numbers.py::test_neither_unproven_numbers_nor_closed_accounts",
        CLAIMED,
    ),
}
"""By path and field."""
