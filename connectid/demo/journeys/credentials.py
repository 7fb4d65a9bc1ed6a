"""A worker is awarded a credential, shows it to somebody who is offline, and loses it again."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from connectid.credentials import checking
from connectid.credentials.checking import NotGenuine
from connectid.demo.journeys.steps import BACKUP_CODE, Step, expect
from connectid.demo.phone import TIMEOUT, VirtualPhone
from connectid.demo.surroundings import Surroundings, new_number, portrait

KEYS = {
    *("uuid", "app_id", "opp_id", "date", "title", "issuer", "issuer_environment", "level", "type", "slug"),
}


def hold_a_credential(server: str, world: Surroundings) -> Iterator[Step]:
    """CommCare HQ awards a credential; its holder shows it to a clinic without a connection; HQ revokes it."""
    phone = VirtualPhone(server, new_number(), world.attest)
    phone.start_configuration()
    phone.validate_firebase_id_token(world.id_token(phone.phone_number))
    phone.complete_profile(name="Esnart Mwale", backup_code=BACKUP_CODE, photo=portrait())
    yield f"complete_profile: account {phone.username}"

    named = {"type": "APP_ACTIVITY", "level": "3MON_ACTIVE", "slug": uuid.uuid4().hex}
    item = named | {"title": "Active for three months in Antenatal Care", "app_id": named["slug"]}
    answer = _as_hq(
        server,
        world,
        "/users/add_credential/",
        [{"credentials": item | {"usernames": [phone.username, "nobody"]}}, None],
    )
    expect(answer == {"success": [0], "failed": [1]}, "each item by itself")
    yield "add_credential/, nested as HQ sends it: success [0], failed [1], which was null"
    [held] = _held_by(phone)
    expect(
        (held["issuer"], held["level"], held["slug"]) == ("HQ", named["level"], named["slug"]), "as awarded"
    )
    yield f"credentials: {held['title']}, with all ten keys"

    token = _read(phone, f"/users/credentials/{held['uuid']}/verifiable").text
    keys = requests.get(f"{server}/.well-known/vc-jwks.json", timeout=TIMEOUT).json()
    now = datetime.now(UTC)
    shown = checking.check(token, keys=keys, at=now).credential
    expect(
        phone.phone_number not in str(shown) and phone.username not in str(shown),
        "says who, not how to reach them",
    )
    yield "users/credentials/<uuid>/verifiable: a JWT, checked offline with the published keys alone"
    head, _, tail = token.rpartition(".")
    expect(_reason(f"{head}.{tail[::-1]}", keys, now) == "not_signed", "an altered one is noticed")
    yield "one of which a byte was altered is refused"

    status_list = _status_list(server, shown)
    expect(
        checking.check(token, keys=keys, at=now, status_list=status_list).revocation_checked, "not revoked"
    )
    yield "its status list, kept for a week: not revoked"
    answer = _as_hq(server, world, "/users/revoke_credential", [named | {"usernames": [phone.username]}])
    expect(answer == {"success": [0], "failed": []}, "revoked")
    expect(_held_by(phone) == [], "no longer listed")
    yield "revoke_credential: the phone lists it no longer"
    expect(_reason(token, keys, now, _status_list(server, shown)) == "revoked", "the list says so")
    yield "its status list, fetched again: revoked"


def _held_by(phone: VirtualPhone) -> list[dict[str, Any]]:
    """What the phone lists; the app crashes where one of ten keys is missing."""
    held: list[dict[str, Any]] = _read(phone, "/users/credentials").json()["credentials"]
    expect(all(one.keys() >= KEYS for one in held), "all ten keys")
    return held


def _read(phone: VirtualPhone, path: str) -> requests.Response:
    answer = requests.get(
        f"{phone.server}{path}", auth=(phone.username, phone.password), timeout=TIMEOUT, allow_redirects=False
    )
    answer.raise_for_status()
    return answer


def _as_hq(server: str, world: Surroundings, path: str, items: list[Any]) -> dict[str, Any]:
    answer = requests.post(
        f"{server}{path}",
        json={"credentials": items},
        auth=world.issuer(),
        timeout=TIMEOUT,
        allow_redirects=False,
    )
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def _status_list(server: str, credential: dict[str, Any]) -> str:
    path = urlsplit(credential["credentialStatus"]["statusListCredential"]).path
    return requests.get(f"{server}{path}", timeout=TIMEOUT).text


def _reason(token: str, keys: dict[str, Any], at: datetime, status_list: str | None = None) -> str:
    try:
        checking.check(token, keys=keys, at=at, status_list=status_list)
    except NotGenuine as refused:
        return refused.reason
    return ""
