"""A worker is found, invited and paid by partner servers."""

from collections.abc import Iterator

import requests

from connectid.demo.journeys.steps import BACKUP_CODE, Step, expect
from connectid.demo.partner_server import PartnerServer
from connectid.demo.phone import TIMEOUT, VirtualPhone
from connectid.demo.surroundings import Surroundings, new_number, portrait


def be_found_and_paid(server: str, world: Surroundings) -> Iterator[Step]:
    """A partner server finds a worker by number, invites them into a project and approves their payment number."""
    partner = PartnerServer(server, world.partner())
    before, non_invited_before = partner.user_counts()
    phone = VirtualPhone(server, new_number(), world.attest)
    phone.start_configuration()
    phone.validate_firebase_id_token(world.id_token(phone.phone_number))
    phone.complete_profile(name="Chikondi Banda", backup_code=BACKUP_CODE, photo=portrait())
    phone.fetch_token()
    address = f"fcm-of-{phone.username}"
    phone.heartbeat(address)
    yield f"complete_profile: account {phone.username}"

    total, non_invited = partner.user_counts()
    gained = sum(total.values()) - sum(before.values())
    expect(gained >= 1, "counted among all")
    expect(
        sum(non_invited.values()) - sum(non_invited_before.values()) == gained,
        "and among those nobody invited",
    )
    yield f"fetch_user_counts: {sum(total.values())} accounts, one more than before it enrolled"

    expected = {"username": phone.username, "phone_number": phone.phone_number, "name": "Chikondi Banda"}
    expect(partner.fetch_users(new_number(), phone.phone_number) == [expected], "found by number")
    yield "fetch_users: of two numbers, the one with an account"

    paid_at = new_number()
    phone.name_payment_number(paid_at, owner="Mary Banda")
    phone.confirm_payment_number(world.code_sent_to(paid_at))
    [found] = partner.payment_numbers(phone.username)
    expect(
        (found["phone_number"], found["status"]) == (paid_at, "pending"),
        "whoever pays sees the proven number",
    )
    yield "payment_phone_number, confirm_payment_otp: number proven by a text; the payer reads it as pending"
    said = partner.judge({"username": phone.username, "phone_number": paid_at, "status": "approved"})
    expect(said["result"] == {"approved": 1, "rejected": 0, "pending": 0}, "one approved")
    expect(partner.payment_numbers(phone.username)[0]["status"] == "approved", "approved from now on")
    expect("You will be paid" in world.pushed_to(address), "the phone is told")
    yield "validate_payment_phone_numbers: approved, and the phone is told by a push"

    callback = world.hq_callback()
    said = partner.invite(number=phone.phone_number, callback=callback, code="a-code-of-hq")
    expect(said == {"success": True}, "the invitation is passed on")
    link = world.link_sent_to(phone.phone_number)
    page = requests.get(link, timeout=TIMEOUT).text
    expect("malaria" in page and "intent://" in page, "the page of the link says who invites")
    yield "forward_hq_invite: a text with a link, and a page that says who invites"
    phone.confirm_hq_invite(invite_code="a-code-of-hq", callback=callback)
    told = world.told_to_hq(callback)
    expect(told == {"invite_code": "a-code-of-hq", "token": phone.access_token}, "HQ has code and token")
    yield "confirm_hq_invite: HQ has the code, and the token by which it asks who that is"
