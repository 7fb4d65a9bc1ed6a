"""Objects that belong to somebody, and how each endpoint that takes one by name is asked for it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from django.test import Client

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.jobs.draining import run_pending
from connectid.messaging.models import Message
from connectid.notifications.models import Notification
from connectid.oauth.models import ANDROID_CLIENT_ID
from connectid.recovery.operations.leaving import CLOSING_CODE
from connectid.recovery.tests.older_app import OlderApp, texted
from connectid.testing.issuers import item, new_award, new_issuer
from connectid.testing.partners import SEALED, new_channel, new_partner, send
from connectid.testing.payees import new_payee
from connectid.testing.scene import BACKUP_CODE, EnrolledPhone, new_account, new_number, new_phone
from connectid.testing.tokens import new_pair
from connectid.verification import codes
from connectid.verification.models import Challenge
from tests.wire.callers import Headers, new_client


@dataclass(frozen=True)
class Call:
    """A call: by whom, of what; ``path`` where it is not the route's own."""

    headers: Headers
    body: Any = None
    path: str = ""

    def by(self, headers: Headers) -> "Call":
        """The same, by somebody else."""
        return replace(self, headers=headers)


@dataclass(frozen=True)
class Scene:
    """A call that names somebody's object three times: by its owner, by a foreigner, and of one that there is not."""

    owner: Call
    foreigner: Call
    missing: Call
    status: int = 200
    """What its owner gets."""


def verifiable() -> Scene:
    phone, issuer = new_phone(), new_issuer()
    award = new_award(issuer, phone.account.pk)
    path = "/users/credentials/{}/verifiable"
    owner, other = Call(phone.headers, path=path.format(award.uuid)), new_phone().headers
    return Scene(owner, owner.by(other), Call(other, path=path.format(uuid4())))


def revoke_credential() -> Scene:
    issuer, other, phone = new_issuer(), new_issuer(authority="CONNECT").headers, new_phone()
    new_award(issuer, phone.account.pk)
    name = phone.account.username
    owner = Call(issuer.headers, {"credentials": [item(name)]})
    return Scene(owner, owner.by(other), Call(other, {"credentials": [item(name, slug="f" * 32)]}))


def update_consent() -> Scene:
    phone, other = new_phone(), new_phone().headers
    channel = new_channel(new_partner(), phone.account.pk)
    owner = Call(phone.headers, {"channel": str(channel.pk), "consent": False})
    return Scene(owner, owner.by(other), Call(other, {"channel": str(uuid4()), "consent": False}))


def send_message() -> Scene:
    phone, other = new_phone(), new_phone().headers
    channel = new_channel(new_partner(), phone.account.pk)
    body = {"channel": str(channel.pk), "content": SEALED, "message_id": str(uuid4())}
    owner = Call(phone.headers, body)
    return Scene(owner, owner.by(other), Call(other, body | {"channel": str(uuid4())}), status=201)


def send_fcm() -> Scene:
    partner, other = new_partner(), new_partner("Other").headers
    channel = new_channel(partner, new_phone().account.pk)
    body = {"channel": str(channel.pk), "content": SEALED, "message_id": str(uuid4())}
    owner = Call(partner.headers, body)
    return Scene(owner, owner.by(other), Call(other, body | {"channel": str(uuid4())}))


def _phone_with_a_message() -> EnrolledPhone:
    phone, partner = new_phone(), new_partner()
    _, answer = send(Client(), partner, new_channel(partner, phone.account.pk))
    assert answer.status_code == 200
    return phone


def update_received() -> Scene:
    phone, other = _phone_with_a_message(), _phone_with_a_message().headers
    message = Message.objects.get(channel__account=phone.account)
    owner = Call(phone.headers, {"messages": [str(message.pk)]})
    return Scene(owner, owner.by(other), Call(other, {"messages": [str(uuid4())]}))


def update_notification_received() -> Scene:
    phone, other = _phone_with_a_message(), _phone_with_a_message().headers
    notice = Notification.objects.get(account=phone.account)
    owner = Call(phone.headers, {"notifications": [str(notice.pk)]})
    return Scene(owner, owner.by(other), Call(other, {"notifications": [str(uuid4())]}))


def revoke_token() -> Scene:
    """The app is a public client, so its name is in the body."""
    pair, other = new_pair(new_account()), new_client()
    app = {"client_id": ANDROID_CLIENT_ID}
    token, unknown = {"token": pair.refresh_token}, {"token": "x" * 30}
    return Scene(Call({}, token | app), Call(other, token), Call(other, unknown))


def refresh_token() -> Scene:
    pair, other = new_pair(new_account()), new_client()
    app = {"client_id": ANDROID_CLIENT_ID}
    body = {"grant_type": "refresh_token", "refresh_token": pair.refresh_token}
    return Scene(Call({}, body | app), Call(other, body), Call(other, body | {"refresh_token": "x" * 30}))


def confirm_payment_otp() -> Scene:
    """The owner's code is as wrong for somebody else as any that nobody got."""
    payee, other, number = new_payee(), new_payee(), new_number()
    payee.name(number)
    other.name(elsewhere := new_number())
    owner = Call(payee.phone.headers, {"token": payee.code(number)})
    wrong = neither(payee.code(number), other.code(elsewhere))
    return Scene(owner, owner.by(other.phone.headers), Call(other.phone.headers, {"token": wrong}))


def validate_payment_phone_numbers() -> Scene:
    """A number counts as its holder's only."""
    payee, other, client = new_payee(), new_payee(), new_client("payments")
    number, elsewhere = payee.prove(), other.prove()

    def judged(named: str) -> Call:
        update = {"username": payee.username, "phone_number": named, "status": "approved"}
        return Call(client, {"updates": [update]})

    return Scene(judged(number), judged(elsewhere), judged(new_number()))


def confirm_secondary_otp() -> Scene:
    phone, other = (new_phone(secondary_phone=new_number()) for _ in range(2))
    theirs, own = (_second_code(one) for one in (phone, other))
    owner = Call(phone.headers, {"token": theirs})
    return Scene(owner, owner.by(other.headers), Call(other.headers, {"token": neither(theirs, own)}))


def _second_code(phone: EnrolledPhone) -> str:
    path = "/users/validate_secondary_phone"
    assert Client().post(path, content_type="application/json", headers=phone.headers).status_code == 200
    return texted(phone.account.secondary_phone)


def neither(first: str, second: str) -> str:
    """A code that is none of these."""
    return next(code for code in ("000001", "000002", "000003") if code not in (first, second))


def _with_two_numbers() -> Account:
    return new_account(secondary_phone=new_number(), secondary_phone_proven_at=clock.now())


def recovering(name: str, given: Callable[[OlderApp], dict[str, Any]], *steps: str) -> Callable[[], Scene]:
    """A recovery of an older app; whoever holds the secret of another one names its number."""

    def scene() -> Scene:
        apps = [OlderApp(_with_two_numbers().phone_number) for _ in range(2)]
        for app in apps:
            app.recover()
            for step in steps:
                taken = (
                    {"token": texted(app.number)} if step == "confirm_otp" else {"recovery_pin": BACKUP_CODE}
                )
                assert app.call(step, **taken).status_code == 200
        run_pending()
        owner, other = apps
        key = "phone_number" if name.endswith("deactivation") else "phone"
        fields = given(owner)
        given(other)
        call = Call({}, {key: owner.number, "secret_key": owner.secret, **fields})
        foreigner = Call({}, {**call.body, "secret_key": other.secret})
        return Scene(call, foreigner, Call({}, {**call.body, "secret_key": "0" * 64}))

    return scene


def nothing(app: OlderApp) -> dict[str, Any]:
    return {}


def backup_code(app: OlderApp) -> dict[str, Any]:
    return {"recovery_pin": BACKUP_CODE}


def new_password(app: OlderApp) -> dict[str, Any]:
    return {"password": "long enough 1"}


def code_of_first(app: OlderApp) -> dict[str, Any]:
    return {"token": texted(app.number)}


def code_of_second(app: OlderApp) -> dict[str, Any]:
    return {"token": texted(app.call("secondary").json()["secondary_phone"])}


def closing_code(app: OlderApp) -> dict[str, Any]:
    assert app.call("initiate_deactivation").status_code == 200
    return {"token": codes.code_of(Challenge.objects.get(address=app.number, purpose=CLOSING_CODE))}
