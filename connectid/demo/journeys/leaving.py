"""A worker signs in to partner servers, and one day leaves."""

import time
from collections.abc import Iterator

import requests

from connectid.demo.journeys.steps import BACKUP_CODE, Step, expect, loss_of
from connectid.demo.older_app import OlderApp
from connectid.demo.phone import TIMEOUT, VirtualPhone
from connectid.demo.surroundings import PATIENCE, Surroundings, new_number, portrait

BETWEEN_TEXTS = 62
"""Seconds: one number gets no two codes within a minute (docs/reference/limits.md)."""


def sign_in_and_leave(server: str, world: Surroundings) -> Iterator[Step]:
    """A worker signs in to partner servers with an access token, and closes the account a minute later."""
    phone = VirtualPhone(server, new_number(), world.attest)
    phone.start_configuration()
    phone.validate_firebase_id_token(world.id_token(phone.phone_number))
    phone.complete_profile(name="Thandiwe Phiri", backup_code=BACKUP_CODE, photo=portrait())
    yield f"complete_profile: account {phone.username}"
    leaver = OlderApp(server, phone.phone_number)
    leaver.recover()
    began = time.monotonic()
    code = world.code_sent_to(phone.phone_number)
    leaver.confirm_otp(code)
    yield "an older app begins a recovery: number proven by a text"

    token = phone.fetch_token()
    expect((token["expires_in"], token["scope"]) == (36000, "openid"), "good for ten hours")
    yield "o/token: password grant, ten hours, scope openid"
    address = f"fcm-of-{phone.username}"
    answers = [phone.heartbeat(address), phone.heartbeat(address)]
    expect(answers == [201, 202], "201 for a new push address, 202 for a known one")
    yield "heartbeat: 201, and 202 the second time"
    for path in ("/o/userinfo", "/o/userinfo/"):
        claims = _userinfo(server, path, phone.access_token)
        expect((claims["sub"], claims["phone"]) == (phone.username, phone.phone_number), "userinfo says who")
    yield f"o/userinfo, with and without slash: sub {phone.username}"
    found = _introspect(server, world, phone.access_token)
    expect(found["active"] and found["username"] == phone.username, "introspection says who")
    yield "o/introspect, asked by a partner server: active, username = sub"

    time.sleep(max(0.0, BETWEEN_TEXTS - (time.monotonic() - began)))
    leaver.initiate_deactivation()
    leaver.confirm_deactivation(_next_code(world, phone.phone_number, before=code))
    yield "initiate_deactivation, confirm_deactivation: account closed by a second text"
    expect(_introspect(server, world, phone.access_token) == {"active": False}, "its tokens died with it")
    yield "o/introspect: the access token is dead"
    loss = loss_of(phone.fetch_token)
    expect(loss.body["error"] == "invalid_grant", "nobody signs in any more")
    yield "o/token: 400 invalid_grant: the app forgets its user"


def _next_code(world: Surroundings, number: str, *, before: str) -> str:
    """Wait for a text after the one that held the code ``before``."""
    until = time.monotonic() + PATIENCE
    while (code := world.code_sent_to(number)) == before:
        expect(time.monotonic() < until, "a second text arrives")
        time.sleep(0.2)
    return code


def _userinfo(server: str, path: str, token: str) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {token}"}
    claims: dict[str, str] = requests.get(f"{server}{path}", headers=headers, timeout=TIMEOUT).json()
    return claims


def _introspect(server: str, world: Surroundings, token: str) -> dict[str, str | bool]:
    answer = requests.post(
        f"{server}/o/introspect/", data={"token": token}, auth=world.partner(), timeout=TIMEOUT
    )
    found: dict[str, str | bool] = answer.json()
    return found
