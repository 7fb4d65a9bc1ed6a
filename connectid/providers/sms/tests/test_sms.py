"""One suite for every SMS sender, then what is Twilio's alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from pytest_django import Settings

from connectid.providers import sms
from connectid.providers.errors import Rejected, Unavailable
from connectid.providers.sms import twilio
from connectid.providers.sms.sandbox import REJECTED_SUFFIX, UNAVAILABLE_SUFFIX, SandboxSms
from connectid.sandbox import inbox
from connectid.testing.fake_http import Answer, FakeHttpServer, Received

pytestmark = pytest.mark.django_db

TEXT = "Your verification token from commcare connect is 123456"


def fake_twilio(request: Received) -> Answer:
    to = request.form["To"][0]
    if to.endswith(REJECTED_SUFFIX):
        return Answer(400, json={"code": 21211, "message": f"Invalid 'To' Phone Number: {to}", "status": 400})
    if to.endswith(UNAVAILABLE_SUFFIX):
        return Answer(503, json={"code": 20503, "message": "Service unavailable", "status": 503})
    return Answer(201, json={"sid": f"SM{len(to)}", "status": "queued", "error_code": None})


@dataclass
class Sender:
    sends: sms.SmsSender
    delivered: Callable[[], list[tuple[str, str]]]


@pytest.fixture
def vendor() -> Iterator[FakeHttpServer]:
    with FakeHttpServer(fake_twilio) as server:
        yield server


@pytest.fixture
def sender_settings(settings: Settings, vendor: FakeHttpServer) -> Settings:
    settings.SMS_PROVIDER = "twilio"
    settings.TWILIO_API_URL = f"{vendor.url}/"
    settings.TWILIO_ACCOUNT_SID = "AC0"
    settings.TWILIO_AUTH_TOKEN = "secret"
    settings.TWILIO_MESSAGING_SERVICE = "MG0"
    return settings


@pytest.fixture(params=["sandbox", "twilio"])
def sender(request: pytest.FixtureRequest, sender_settings: Settings, vendor: FakeHttpServer) -> Sender:
    sender_settings.SMS_PROVIDER = request.param
    if request.param == "sandbox":
        return Sender(
            sms.pick(), lambda: [(sent.recipient, sent.text) for sent in inbox.messages(kind="sms")]
        )
    return Sender(
        sms.pick(), lambda: [(sent.form["To"][0], sent.form["Body"][0]) for sent in vendor.requests]
    )


def test_a_message_is_handed_over_with_its_text_unchanged(sender: Sender) -> None:
    text = "Línea 1\nß & 5 = €"
    assert sender.sends.send(to="+255712345678", text=text, idempotency_key="job-1").provider_id
    assert sender.delivered() == [("+255712345678", text)]


def test_a_number_that_cannot_be_reached_is_rejected(sender: Sender) -> None:
    with pytest.raises(Rejected) as failure:
        sender.sends.send(to=f"+25571234{REJECTED_SUFFIX}", text=TEXT)
    assert "25571234" not in failure.value.reason


def test_an_outage_is_unavailable(sender: Sender) -> None:
    with pytest.raises(Unavailable) as failure:
        sender.sends.send(to=f"+25571234{UNAVAILABLE_SUFFIX}", text=TEXT)
    assert "25571234" not in failure.value.reason


def test_the_setting_decides(settings: Settings) -> None:
    settings.SMS_PROVIDER = "twilio"
    assert isinstance(sms.pick(), twilio.TwilioSms)
    assert sms.pick() is sms.pick()
    settings.SMS_PROVIDER = "sandbox"
    assert isinstance(sms.pick(), SandboxSms)


@pytest.mark.usefixtures("sender_settings")
def test_twilio_request(vendor: FakeHttpServer) -> None:
    sms.pick().send(to="+255712345678", text=TEXT)
    (request,) = vendor.requests
    assert (request.method, request.path) == ("POST", "/2010-04-01/Accounts/AC0/Messages.json")
    assert request.headers["Authorization"] == "Basic QUMwOnNlY3JldA=="
    assert request.form == {"To": ["+255712345678"], "Body": [TEXT], "MessagingServiceSid": ["MG0"]}


@pytest.mark.usefixtures("sender_settings")
@pytest.mark.parametrize("country_code", ["265", "258", "232", "44"])
def test_sender_name_where_it_is_allowed(vendor: FakeHttpServer, country_code: str) -> None:
    """Contract 5.3."""
    sms.pick().send(to=f"+{country_code}712345678", text=TEXT)
    assert vendor.requests[0].form["From"] == ["ConnectID"]
    assert "MessagingServiceSid" not in vendor.requests[0].form


@pytest.mark.usefixtures("sender_settings")
@pytest.mark.parametrize("code", [21211, 21408, 21610, 21612, 21614, 30004, 30005, 30006, 30007])
def test_twilio_codes_that_refuse_the_message(vendor: FakeHttpServer, code: int) -> None:
    vendor.answers(Answer(400, json={"code": code, "message": "no"}))
    with pytest.raises(Rejected, match=str(code)):
        sms.pick().send(to="+255712345678", text=TEXT)


@pytest.mark.usefixtures("sender_settings")
@pytest.mark.parametrize(
    ("status", "code"), [(401, 20003), (403, 20005), (400, 21611), (400, 30001), (400, 30003), (429, 20429)]
)
def test_twilio_codes_that_say_nothing_against_it(vendor: FakeHttpServer, status: int, code: int) -> None:
    vendor.answers(Answer(status, json={"code": code, "message": "no"}, headers={"Retry-After": "7"}))
    with pytest.raises(Unavailable):
        sms.pick().send(to="+255712345678", text=TEXT)
    assert len(vendor.requests) == 1


@pytest.mark.usefixtures("sender_settings")
def test_twilio_retry_after_reaches_the_caller(vendor: FakeHttpServer) -> None:
    vendor.answers(Answer(429, headers={"Retry-After": "7"}))
    with pytest.raises(Unavailable) as failure:
        sms.pick().send(to="+255712345678", text=TEXT)
    assert failure.value.retry_after == 7


@pytest.mark.usefixtures("sender_settings")
def test_a_message_that_failed_at_once_is_not_sent(vendor: FakeHttpServer) -> None:
    vendor.answers(Answer(201, json={"sid": "SM1", "status": "failed", "error_code": 21610}))
    with pytest.raises(Rejected, match="21610"):
        sms.pick().send(to="+255712345678", text=TEXT)


@pytest.mark.usefixtures("sender_settings")
@pytest.mark.parametrize(
    "answer",
    [
        Answer(201, body=b"<html>"),
        Answer(201, json=[]),
        Answer(400, body=b""),
        Answer(reset=True),
        Answer(302, headers={"Location": "/x"}),
    ],
    ids=["html", "list", "empty", "reset", "redirect"],
)
def test_an_answer_that_is_not_twilios(vendor: FakeHttpServer, answer: Answer) -> None:
    vendor.answers(answer)
    with pytest.raises(Unavailable):
        sms.pick().send(to="+255712345678", text=TEXT)
    assert len(vendor.requests) == 1
