"""A worker moves to another phone."""

from collections.abc import Iterator

from connectid.demo.journeys.steps import BACKUP_CODE, Step, expect, loss_of, refusal_of
from connectid.demo.phone import VirtualPhone
from connectid.demo.surroundings import Surroundings, new_number, portrait


def recover_on_a_second_phone(server: str, world: Surroundings) -> Iterator[Step]:
    """A worker recovers the account on a second phone; the first one is signed out and told so."""
    first = VirtualPhone(server, new_number(), world.attest, model="First Phone")
    first.start_configuration()
    first.validate_firebase_id_token(world.id_token(first.phone_number))
    first.complete_profile(name="Esnart Mbewe", backup_code=BACKUP_CODE, photo=portrait())
    first.fetch_token()
    address = f"fcm-of-{first.username}"
    expect(first.heartbeat(address) == 201, "a new push address is 201")
    yield f"first phone: account {first.username}, access token, push address registered"

    second = VirtualPhone(server, first.phone_number, world.attest, model="Second Phone")
    second.start_configuration()
    second.validate_firebase_id_token(world.id_token(second.phone_number))
    expect(second.check_name("Esnart Mbewe")["account_exists"], "the account is found")
    yield "second phone: number proven, account found"
    wrong = second.confirm_backup_code("000000")
    expect(wrong == {"attempts_left": 2}, "a wrong code is a 200 that says how many tries are left")
    yield "confirm_backup_code with a wrong code: 200, attempts_left 2"
    found = second.confirm_backup_code(BACKUP_CODE)
    expect(second.username == first.username, "the subject stays")
    expect(second.db_key == first.db_key, "the storage key stays")
    expect(found.get("previous_device") == "First Phone", "it says which phone was used before")
    yield f"confirm_backup_code: {second.username} again, same storage key, previous device told"

    refusal = refusal_of(first.fetch_db_key)
    expect(
        (refusal.status, refusal.body) == (401, {"error_code": "LOGIN_FROM_DIFFERENT_DEVICE"}),
        "the first phone's credential says that there is another one",
    )
    yield "first phone: fetch_db_key refused, 401 LOGIN_FROM_DIFFERENT_DEVICE"
    refusal = refusal_of(lambda: first.heartbeat(address))
    expect(refusal.status == 401, "its access token is dead")
    yield "first phone: heartbeat refused, 401: its access token died with the recovery"
    loss = loss_of(first.fetch_token)
    expect(
        loss.body["error_code"] == "LOGIN_FROM_DIFFERENT_DEVICE", "and is told why it must forget its user"
    )
    yield "first phone: o/token refused, 400 LOGIN_FROM_DIFFERENT_DEVICE: the app explains and forgets its user"
    expect("another phone" in world.pushed_to(address), "the first phone is told by a last push")
    yield "first phone: one last push says that the account moved"
    second.fetch_token()
    yield "second phone: signed in"
