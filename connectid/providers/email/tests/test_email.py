"""One suite for the sandbox, SMTP and SES, then what is each one's alone."""

import asyncio
import email
import email.policy
import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core.mail import EmailMessage as DjangoMessage
from pytest_django import Settings

from connectid.config import env
from connectid.config.env_problems import EnvironmentInvalid
from connectid.providers import email as emails
from connectid.providers.email import mailer, ses
from connectid.providers.email.sandbox import REJECTED_NAME, UNAVAILABLE_NAME, SandboxEmailBackend
from connectid.providers.errors import Rejected, Unavailable
from connectid.sandbox import inbox
from connectid.testing.fake_http import Answer, FakeHttpServer, Received
from connectid.testing.ports import free_port

type Mail = tuple[str, str, str]  # recipient, subject, text


def read(raw: bytes, recipient: str) -> Mail:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert message["From"] == "PersonalID <no-reply@connectid.example>"
    return recipient, message["Subject"], message.get_content().replace("\r\n", "\n").rstrip("\n")


@dataclass
class Mailbox:
    """An SMTP server's handler that refuses two names as a real server would."""

    mails: list[Mail] = field(default_factory=list)
    pause: float = 0.0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith(REJECTED_NAME):
            return f"550 5.1.1 <{address}> has no mailbox here"
        if address.startswith(UNAVAILABLE_NAME):
            return f"451 4.3.0 <{address}> try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(self.pause)
        assert isinstance(envelope.content, bytes)
        if b"forbidden words" in envelope.content:
            return "554 5.7.1 refused as spam"
        self.mails += [read(envelope.content, recipient) for recipient in envelope.rcpt_tos]
        return "250 OK"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def smtp(mailbox: Mailbox, settings: Settings) -> Iterator[Mailbox]:
    port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
    settings.EMAIL_FROM = "PersonalID <no-reply@connectid.example>"
    yield mailbox
    controller.stop()


def fake_ses(request: Received) -> Answer:
    to = request.json()["Destination"]["ToAddresses"][0]
    if to.startswith(REJECTED_NAME):
        return Answer(
            400, json={"message": f"{to} is suppressed"}, headers={"x-amzn-ErrorType": "MessageRejected"}
        )
    if to.startswith(UNAVAILABLE_NAME):
        return Answer(503, json={"message": "Slow down"})
    return Answer(json={"MessageId": "0100"})


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[pytest.MonkeyPatch]:
    settings.EMAIL_URL = "ses://eu-west-1/?configuration_set=mails"
    settings.EMAIL_FROM = "PersonalID <no-reply@connectid.example>"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    ses._client.cache_clear()
    yield monkeypatch
    ses._client.cache_clear()


@pytest.fixture
def amazon(aws: pytest.MonkeyPatch) -> Iterator[FakeHttpServer]:
    with FakeHttpServer(fake_ses) as server:
        aws.setenv("AWS_ENDPOINT_URL", server.url)
        yield server


@dataclass
class Sender:
    sends: emails.EmailSender
    delivered: Callable[[], list[Mail]]


@pytest.fixture(params=["sandbox", "smtp", "ses"])
def sender(request: pytest.FixtureRequest, settings: Settings) -> Sender:
    if request.param == "smtp":
        mailbox: Mailbox = request.getfixturevalue("smtp")
        return Sender(emails.pick(), lambda: mailbox.mails)
    if request.param == "ses":
        amazon: FakeHttpServer = request.getfixturevalue("amazon")
        return Sender(emails.pick(), lambda: [sent_to_ses(sent) for sent in amazon.requests])
    request.getfixturevalue("db")
    settings.EMAIL_URL = ""
    return Sender(
        emails.pick(),
        lambda: [(sent.recipient, sent.subject, sent.text) for sent in inbox.messages(kind="email")],
    )


def sent_to_ses(request: Received) -> Mail:
    body = json.loads(request.body)
    return read(b64decode(body["Content"]["Raw"]["Data"]), body["Destination"]["ToAddresses"][0])


def test_a_mail_is_handed_over_unchanged(sender: Sender) -> None:
    sender.sends.send(to="amina@example.org", subject="Código € ß", text="Your code is 123456.\n\n.\nÜ")
    assert sender.delivered() == [("amina@example.org", "Código € ß", "Your code is 123456.\n\n.\nÜ")]


def test_an_address_without_a_mailbox_is_rejected(sender: Sender) -> None:
    with pytest.raises(Rejected) as failure:
        sender.sends.send(to=f"{REJECTED_NAME}@example.org", subject="Code", text="123456")
    assert "example.org" not in failure.value.reason


def test_a_passing_failure_is_unavailable(sender: Sender) -> None:
    with pytest.raises(Unavailable) as failure:
        sender.sends.send(to=f"{UNAVAILABLE_NAME}@example.org", subject="Code", text="123456")
    assert "example.org" not in failure.value.reason


@pytest.mark.parametrize("to", ["not an address", "", "a@b@c"])
def test_what_is_no_address_never_reaches_a_server(smtp: Mailbox, to: str) -> None:
    with pytest.raises(Rejected):
        emails.pick().send(to=to, subject="Code", text="123456")
    assert smtp.mails == []


@pytest.mark.usefixtures("smtp")
@pytest.mark.parametrize(
    ("to", "subject"), [("a@example.org", "x\nBcc: b@example.org"), ("a@b.org\nBcc: c@d.org", "x")]
)
def test_a_line_break_cannot_add_a_header(mailbox: Mailbox, to: str, subject: str) -> None:
    with pytest.raises(Rejected):
        emails.pick().send(to=to, subject=subject, text="123456")
    assert mailbox.mails == []


@pytest.mark.usefixtures("smtp")
def test_smtp_refuses_the_content() -> None:
    with pytest.raises(Rejected, match="refused the mail with 554"):
        emails.pick().send(to="a@example.org", subject="x", text="forbidden words")


def test_smtp_server_is_down(settings: Settings) -> None:
    settings.EMAIL_URL = f"smtp://127.0.0.1:{free_port()}"
    with pytest.raises(Unavailable):
        emails.pick().send(to="a@example.org", subject="x", text="y")


def test_smtp_server_hangs(smtp: Mailbox, settings: Settings) -> None:
    smtp.pause = 2
    settings.EMAIL_URL += "/?timeout=0.2"
    with pytest.raises(Unavailable, match="in time"):
        emails.pick().send(to="a@example.org", subject="x", text="y")


def test_the_deadline_covers_the_whole_session(smtp: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    smtp.pause = 2
    monkeypatch.setattr(mailer, "_DEADLINE", 0.2)
    with pytest.raises(Unavailable, match="deadline"):
        emails.pick().send(to="a@example.org", subject="x", text="y")


def test_five_failures_stop_asking(settings: Settings) -> None:
    settings.EMAIL_URL = f"smtp://127.0.0.1:{free_port()}"
    for _ in range(5):
        with pytest.raises(Unavailable, match="could not be used"):
            emails.pick().send(to="a@example.org", subject="x", text="y")
    with pytest.raises(Unavailable, match="not called for a while"):
        emails.pick().send(to="a@example.org", subject="x", text="y")


def test_files(tmp_path: Path, settings: Settings) -> None:
    settings.EMAIL_URL = f"filemail://{tmp_path}/mails"
    emails.pick().send(to="a@example.org", subject="Hello", text="123456")
    (mail,) = (tmp_path / "mails").iterdir()
    assert "To: a@example.org" in mail.read_text()


def test_ses_request(amazon: FakeHttpServer) -> None:
    emails.pick().send(to="a@example.org", subject="x", text="y")
    (request,) = amazon.requests
    assert (request.method, request.path) == ("POST", "/v2/email/outbound-emails")
    body = request.json()
    assert body["FromEmailAddress"] == "PersonalID <no-reply@connectid.example>"
    assert body["ConfigurationSetName"] == "mails"


@pytest.mark.parametrize(
    "kind", ["TooManyRequestsException", "AccountSuspendedException", "SendingPausedException"]
)
def test_ses_says_nothing_against_the_mail(amazon: FakeHttpServer, kind: str) -> None:
    amazon.answers(Answer(400, json={"message": "no"}, headers={"x-amzn-ErrorType": kind}))
    with pytest.raises(Unavailable, match=kind):
        emails.pick().send(to="a@example.org", subject="x", text="y")
    assert len(amazon.requests) == 1


def test_ses_as_moto_knows_it(aws: pytest.MonkeyPatch) -> None:
    from moto.server import ThreadedMotoServer  # seconds of imports that no other test needs

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        aws.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        with pytest.raises(Rejected):  # the sender is not verified yet
            emails.pick().send(to="a@example.org", subject="x", text="y")
        client = ses._client("eu-west-1")
        client.create_email_identity(EmailIdentity="no-reply@connectid.example")
        emails.pick().send(to="a@example.org", subject="x", text="y")
    finally:
        server.stop()


@pytest.mark.django_db
def test_djangos_own_mails_reach_the_sandbox() -> None:
    message = DjangoMessage("Hello", "Text", "from@example.org", ["a@example.org"], cc=["b@example.org"])
    assert SandboxEmailBackend(alias="default").send_messages([message]) == 1
    assert {sent.recipient for sent in inbox.messages(kind="email")} == {"a@example.org", "b@example.org"}


def test_a_wrong_url_is_found_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", "imap://mail.example")
    with pytest.raises(EnvironmentInvalid, match="EMAIL_URL: starts with none of smtp://"):
        env.load()
