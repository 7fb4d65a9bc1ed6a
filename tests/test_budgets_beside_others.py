"""What endpoints and jobs cost that are about one person: the same beside one other as beside a thousand."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from connectid.accounts.models import Account, new_subject
from connectid.core import clock, passwords
from connectid.credentials.tests.verifying import published
from connectid.devices.models import Device, PushRegistration
from connectid.enrollment.models import EnrollmentSession
from connectid.enrollment.tests import completing, recovering, starting
from connectid.enrollment.tests.test_validate_firebase_id_token import token_for
from connectid.integrity.tests import phones
from connectid.invitations.tests.test_forward_hq_invite import forward, invite
from connectid.jobs.draining import run_pending
from connectid.oauth.models import AccessToken
from connectid.recovery.models import RecoverySession
from connectid.recovery.tests import older_app as recovery
from connectid.sandbox import inbox
from connectid.signin.tests import logging_out
from connectid.signin.tests.flows import Walk, asked
from connectid.testing.answers import Answered
from connectid.testing.budget import StatementBudget
from connectid.testing.clients import server_headers
from connectid.testing.issuers import new_award, new_issuer
from connectid.testing.older_app import registered
from connectid.testing.payees import new_payee
from connectid.testing.scene import BACKUP_CODE, new_account, new_number, new_phone, new_session
from connectid.testing.tokens import new_token
from connectid.toggles import operations as toggles
from connectid.toggles import queries as remembered

pytestmark = pytest.mark.django_db

WITH_THE_SCENE = 300
"""Statements, those included by which a test sets its scene: what each request and job may run is in budgets.md."""

PASSWORD = "Karonga-7-Lilongwe"


def others(count: int) -> None:
    """So many people more, each with a phone, an address for pushes, a token, a session of either kind."""
    now = clock.now()
    later = now + timedelta(hours=9)
    accounts = Account.objects.bulk_create(
        Account(username=new_subject(), phone_number=new_number(), name="A") for _ in range(count)
    )
    digests = {account.pk: uuid4().hex for account in accounts}
    Device.objects.bulk_create(
        Device(account=one, credential_digest=digests[one.pk], last_accessed_at=now) for one in accounts
    )
    PushRegistration.objects.bulk_create(
        PushRegistration(account=one, token=digests[one.pk], token_digest=digests[one.pk]) for one in accounts
    )
    AccessToken.objects.bulk_create(
        AccessToken(user=one, token_checksum=digests[one.pk], expires=later) for one in accounts
    )
    EnrollmentSession.objects.bulk_create(
        EnrollmentSession(
            key_digest=digests[one.pk], phone_number=one.phone_number, created_at=now, expires_at=later
        )
        for one in accounts
    )
    RecoverySession.objects.bulk_create(
        RecoverySession(
            secret_digest=digests[one.pk], phone_number=one.phone_number, account=one, expires_at=later
        )
        for one in accounts
    )


def post(path: str, body: Any, headers: dict[str, str]) -> Answered:
    """Post JSON; it has to succeed."""
    answer: Answered = Client().post(path, body, content_type="application/json", headers=headers)
    assert answer.status_code == 200, answer.content
    return answer


def get(path: str, **headers: str) -> Answered:
    """Get; it has to succeed."""
    answer: Answered = Client().get(path, headers=headers)
    assert answer.status_code == 200, answer.content
    return answer


def code_of(number: str, kind: str = "sms") -> str:
    """The newest code to a number or an address."""
    run_pending()
    return str(re.findall(r"\b\d{6}\b", inbox.messages(kind=kind, to=number)[0].text)[0])


def enrol() -> None:
    """From the first request to the account, with a code of our own."""
    body = starting.body_of()
    assert starting.start(Client(), body).status_code == 200
    opened = new_session(is_invited=True)
    post("/users/send_session_otp", {}, opened.headers)
    code = code_of(opened.session.phone_number)
    support = server_headers("otp")
    get(
        f"/users/generate_manual_otp?phone_number={opened.session.phone_number.replace('+', '%2B')}",
        **support,
    )
    post("/users/confirm_session_otp", {"otp": code}, opened.headers)
    post("/users/check_name", {"name": "Chikondi Banda"}, opened.headers)
    post("/users/complete_profile", completing.profile(), opened.headers)
    run_pending()


def enrol_by_firebase() -> None:
    """The same proof by Google."""
    opened = new_session()
    token = token_for(opened.session.phone_number)
    post("/users/validate_firebase_id_token", {"token": token}, opened.headers)


def come_back() -> None:
    """On another phone, by the backup code."""
    account = new_phone(email=f"{new_subject()}@example.org").account
    post(recovering.PATH, {"recovery_pin": BACKUP_CODE}, recovering.session_of(account).headers)
    run_pending()


def prove_an_email() -> None:
    """A device's, and a session's."""
    for headers in (new_phone().headers, new_session(proven=True).headers):
        email = f"{new_subject()}@example.org"
        post("/users/send_email_otp", {"email": email}, headers)
        post("/users/verify_email_otp", {"email": email, "otp": code_of(email, "email")}, headers)


def change_a_profile() -> None:
    """Everything that can be changed."""
    phone = new_phone()
    body = {"name": "Esnart Mbewe", "photo": completing.PHOTO, "secondary_phone": new_number()}
    for _ in range(2):
        post("/users/update_profile", body, phone.headers)
        run_pending()
    get("/users/fetch_db_key", **phone.headers)


def use_an_older_app() -> None:
    """Prove both numbers, choose another password."""
    app = registered()
    app.prove()
    phone = new_phone(secondary_phone=new_number())
    app.post("validate_secondary_phone", headers=phone.headers)
    code = code_of(phone.account.secondary_phone)
    post("/users/confirm_secondary_otp", {"token": code}, phone.headers)
    post("/users/change_password", {"password": PASSWORD}, app.headers)


def recover_with_an_older_app() -> None:
    """By the password, to a new one."""
    app = recovery.OlderApp(new_account(password=passwords.hash_memorised(PASSWORD)).phone_number).proven()
    assert app.call("confirm_password", password=PASSWORD).status_code == 200
    assert app.call("reset_password", password="qT7_mzuzu.Karonga!42").status_code == 200
    run_pending()


def close_an_account() -> None:
    """With an older app, by a second code."""
    with clock.frozen() as now:
        app = recovery.OlderApp(new_phone().account.phone_number).proven()
        now.advance(minutes=2)
        app.call("initiate_deactivation")
        assert app.call("confirm_deactivation", token=code_of(app.number)).status_code == 200


def be_paid() -> None:
    """At one number, then at another."""
    payee = new_payee()
    payee.prove()
    payee.prove()
    run_pending()


def be_invited() -> None:
    """By HQ, and accept."""
    account = new_account()
    assert forward(Client(), invite(account.phone_number)).status_code == 200
    run_pending()
    place = f"{settings.PUBLIC_URL}/sandbox/partners/hq/confirm"
    body = {"invite_code": "a-code", "user_token": "a-token", "callback_url": place}
    post("/users/confirm_hq_invite", body, new_phone(account=account).headers)


def be_judged() -> None:
    """As HQ asked."""
    body = phones.report(request_id=new_subject())
    assert phones.send(Client(), body).status_code == 200


def sign_in_with_a_browser() -> None:
    """Every page, from the client to the code, and out again."""
    client, account = logging_out.returning_client(), new_account()
    walk = Walk(asked(client))
    walk.authorize()
    walk.get()
    walk.number(account.phone_number)
    walk.get("/code")
    walk.code(account.phone_number)
    walk.get("/backup_code")
    walk.post("/backup_code", backup_code=BACKUP_CODE)
    walk.get("/consent")
    assert walk.post("/consent", decision="allow").status_code == 303
    assert walk.browser.post("/o/authorize/", walk.parameters).status_code == 303
    said = {
        "id_token_hint": logging_out.hint(client, account),
        "post_logout_redirect_uri": logging_out.AFTERWARDS,
    }
    assert walk.browser.post("/o/logout/", said).status_code == 303


def ask_about_a_token() -> None:
    """By either method."""
    issued = new_token()
    headers = server_headers("introspect")
    assert Client().post("/o/userinfo/", headers=issued.headers).status_code == 200
    get(f"/o/introspect/?token={issued.token}", **headers)


def read_a_credential() -> None:
    """The page that a link opens, and what verifies it."""
    award = new_award(new_issuer(), new_account().pk)
    get(f"/users/accept_credential/{award.invite_id}")
    [key, *_] = published(Client())["keys"]
    get(key["kid"].removeprefix(settings.PUBLIC_URL))


ACTS: list[Callable[[], None]] = [
    enrol,
    enrol_by_firebase,
    come_back,
    prove_an_email,
    change_a_profile,
    use_an_older_app,
    recover_with_an_older_app,
    close_an_account,
    be_paid,
    be_invited,
    be_judged,
    sign_in_with_a_browser,
    ask_about_a_token,
    read_a_credential,
]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_the_same_beside_others(act: Callable[[], None], statement_budget: StatementBudget) -> None:
    toggles.set_switch("email_otp_verification", active=True)

    def act_anew() -> None:
        remembered.forget()  # of switches, which are read again after a while, on a busy machine between two acts
        act()

    statement_budget(WITH_THE_SCENE, grow=others, act=act_anew)
