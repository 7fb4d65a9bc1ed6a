"""Items 5, 9 to 11 and 15: the world outside, and what is remembered of it; and the hasher behind every request."""

import time
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from waffle import get_waffle_switch_model

from benchmarks.baselines import photos
from benchmarks.baselines.messages import people
from benchmarks.baselines.pattern import Pattern
from connectid.core import clock
from connectid.devices.operations import credentials
from connectid.providers import country
from connectid.providers.concurrently import at_once
from connectid.providers.geocoding.mapbox import MapboxGeocoder
from connectid.providers.sms.twilio import TwilioSms
from connectid.testing.fake_http import Answer, FakeHttpServer
from connectid.toggles import queries as toggles

DELAY = 0.1
"""Seconds that an outside call takes here; the report says 100 to 500 ms for a geocoder."""

LILONGWE = (-13.96, 33.77)


def _call() -> None:
    time.sleep(DELAY)


def in_turn(calls: int) -> None:
    """One outside call after the other, in the request."""
    for _ in range(calls):
        _call()


def together(calls: int) -> None:
    """What an answer needs is asked at once; what it does not need is a job's."""
    at_once(5.0, **{f"call_{number}": _call for number in range(calls)})


def stop(given: "Places | Texts | photos.Photos") -> None:
    """End the server that was prepared."""
    given.server.stop()


@dataclass(frozen=True)
class Places:
    """A place whose country is read so many times, and a geocoder over HTTP that takes :data:`DELAY` to answer."""

    times: int
    server: FakeHttpServer
    geocoder: MapboxGeocoder


def places(times: int) -> Places:
    """Start the geocoder, and load our map."""
    country.load()
    known = {"features": [{"id": "country.1", "properties": {"short_code": "mw"}}]}
    server = FakeHttpServer(lambda _: Answer(json=known, delay=DELAY))
    server.start()
    return Places(times, server, MapboxGeocoder(url=server.url, access_token="secret"))


def ask_a_geocoder(given: Places) -> list[str | None]:
    """Ask each time that the country is read."""
    return [given.geocoder.country_of(country.Coordinates(*LILONGWE)) for _ in range(given.times)]


def look_at_the_map(given: Places) -> list[str | None]:
    """The country of a point, offline; nobody is asked."""
    return [country.country_of(*LILONGWE) for _ in range(given.times)]


@dataclass(frozen=True)
class Texts:
    """So many texts, and where Twilio is."""

    count: int
    server: FakeHttpServer

    def client(self) -> TwilioSms:
        """A client of Twilio."""
        return TwilioSms(url=self.server.url, account_sid="AC0", auth_token="secret", messaging_service="MG0")


def texts(count: int) -> Texts:
    """Start a Twilio that answers at once."""
    server = FakeHttpServer(lambda _: Answer(201, b'{"sid": "SM0", "status": "queued"}'))
    server.start()
    return Texts(count, server)


def new_twilio_client_each(given: Texts) -> None:
    """A client, and with it a connection, for each text."""
    for _ in range(given.count):
        given.client().send(to="+265991234567", text="Your code is 123456")


def one_twilio_client(given: Texts) -> None:
    """One client and its connection."""
    client = given.client()
    for _ in range(given.count):
        client.send(to="+265991234567", text="Your code is 123456")


@dataclass(frozen=True)
class Phone:
    """A phone that calls so many times."""

    calls: int
    username: str
    credential: str
    encoded: str


def phone(calls: int) -> Phone:
    """Make one."""
    (account,) = people(1)
    credential = credentials.issue(
        account_id=account.pk, installation_id="bench", model="bench", at=clock.now()
    )
    return Phone(calls, account.username, credential, PBKDF2PasswordHasher().encode(credential, "salt"))


def check_twice_slowly(given: Phone) -> None:
    """The account's password and the device's, both by Django's default hasher, at every request."""
    for _ in range(2 * given.calls):
        PBKDF2PasswordHasher().verify(given.credential, given.encoded)


def check_a_digest(given: Phone) -> None:
    """Ours: one statement and a keyed digest."""
    for _ in range(given.calls):
        credentials.authenticate(
            username=given.username, credential=given.credential, address="bench", at=clock.now()
        )


@dataclass(frozen=True)
class Asking:
    """Phones that ask for their toggles so many times; by ours, at one moment and where nothing is remembered yet."""

    times: int
    at: datetime


def asking(times: int) -> Asking:
    """Forget what is remembered."""
    toggles.forget()
    return Asking(times, clock.now())


def read_and_ask_each(given: Asking) -> None:
    """The switches from the database and the rest from CommCare Connect, each time."""
    for _ in range(given.times):
        list(get_waffle_switch_model().objects.values_list("name", "active", "created", "modified"))
        _call()


def remember(given: Asking) -> None:
    """Both are remembered, by the process and in the shared cache; Connect takes as long here, too."""
    _call()
    for _ in range(given.times):
        toggles.for_account(None, at=given.at)


PATTERNS = (
    Pattern(
        0,
        "two checks by the default hasher at every request",
        "requests",
        (1, 2),
        phone,
        check_twice_slowly,
        check_a_digest,
        has_statements=False,
    ),
    Pattern(
        5,
        "outside calls one after the other (100 ms each)",
        "calls",
        (1, 3),
        int,
        in_turn,
        together,
        has_statements=False,
    ),
    Pattern(
        9,
        "a geocoder asked in the request (100 ms each)",
        "requests",
        (1, 10),
        places,
        ask_a_geocoder,
        look_at_the_map,
        writes=True,
        finish=stop,
        has_statements=False,
    ),
    Pattern(
        10,
        "a storage client for each photo",
        "photos",
        (1, 10),
        photos.photos,
        photos.new_client_each,
        photos.one_client,
        writes=True,
        finish=stop,
        has_statements=False,
    ),
    Pattern(
        15,
        "switches and Connect asked (100 ms) each time",
        "requests",
        (2, 10),
        asking,
        read_and_ask_each,
        remember,
    ),
    Pattern(
        11,
        "a client and a connection for each text",
        "texts",
        (10, 100),
        texts,
        new_twilio_client_each,
        one_twilio_client,
        writes=True,
        finish=stop,
        has_statements=False,
    ),
)
